import { randomUUID } from 'node:crypto'
import { createReach, type Reach } from '../../aws/reach.ts'
import type { SchedulerPort } from '../../aws/scheduler-port.ts'
import type { SecretsManagerPort } from '../../aws/secrets-manager.ts'
import { Sessions } from '../../aws/sessions.ts'
import { STEPS, type Step, type Task } from '../../engine/known.ts'
import { createRotate, type Rotate } from '../../engine/rotate.ts'
import type { Provider, Session, StoredSecret } from '../../provider/contract.ts'
import type { Elsewhere } from '../options.ts'
import { closed } from './direct.ts'
import { Invocation } from './invocation.ts'
import type { KitSecret } from './secrets.ts'
import { FUNCTION_ARN, OTHER_ACCOUNT, RETIRE_AFTER_MS } from './secrets.ts'
import { stopped } from './session.ts'
import type { World } from './world.ts'

/** A session never sees more than this, in milliseconds: Lambda gives no invocation more than the kit's longest wait. */
const LONGEST_MS = 60_000

/** Only a provider that can retire is ever asked to. */
const RETIREMENT = {
  after: { afterMs: RETIRE_AFTER_MS },
  roleArn: 'arn:aws:iam::111122223333:role/conformance',
}

/** The `RotationToken` of every event; a canary too, so it is not in this source, which Node may print. */
export const ROTATION_TOKEN = randomUUID()

/**
 * One container of the function: it remembers what a warm one may, and runs one invocation at a time. What is killed is
 * the container.
 */
export class Container {
  readonly #world: World
  readonly #secret: KitSecret
  readonly #rotate: Rotate
  readonly #sessions: Session[] = []
  #running: Invocation<Task> | undefined

  constructor(world: World, secret: KitSecret) {
    this.#world = world
    this.#secret = secret
    this.#rotate = createRotate({
      resolveProvider: () => Promise.resolve(this.#provider()),
      settings: {
        strategy: world.strategy,
        pendingReadDelaysMs: [],
        reserveMs: 500,
        retirement: RETIREMENT,
        // What such a strategy can lose, and how it is found again, is what is tried.
        allowClassC: world.class === 'C',
        ...(world.elsewhere === undefined ? {} : { served: { accounts: [OTHER_ACCOUNT] } }),
      },
      ...(world.kit.decide === undefined ? {} : { decide: world.kit.decide }),
      deps: {
        secretsManager: this.#port(secret.port),
        ...(world.elsewhere === undefined ? {} : { reach: this.#reach(world.elsewhere) }),
        scheduler: this.#scheduler(),
        entropy: world.entropy,
        clock: { now: () => secret.now(), sleep: async (ms) => secret.pass(ms) },
        observe: {
          decided: (decision) => world.record.tell(decision),
          stepEnded: (report) => world.record.tell(report),
          evidence: async (evidence) => world.record.tell(evidence),
        },
      },
    })
  }

  /** Begins a step; `timeLeftMs` is what Lambda would give it, without end by default. */
  start<T extends Task>(
    step: T,
    token: string,
    timeLeftMs = Number.POSITIVE_INFINITY,
    more: object = {},
  ): Invocation<T> {
    if (this.#running?.isAlive === true) throw new Error('a container runs one invocation at a time')
    const invocation = new Invocation<T>(step, token)
    this.#running = invocation
    const event = {
      Step: step,
      SecretId: this.#secret.arn,
      ClientRequestToken: token,
      RotationToken: ROTATION_TOKEN,
      ...more,
    }
    this.#rotate({ event, functionArn: FUNCTION_ARN, timeLeftMs: () => timeLeftMs }).then(
      () => invocation.finished(undefined),
      (error: unknown) => {
        this.#world.record.tell(error)
        invocation.finished(error)
      },
    )
    return invocation
  }

  /** The process is gone: the server sees every connection reset. Never rejects. */
  async resetConnections(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => closed(session).catch(() => undefined)))
  }

  #current(): Invocation<Task> {
    if (this.#running === undefined) throw new Error('no invocation is running')
    return this.#running
  }

  #reach({ role, connect, sts }: Elsewhere): Reach {
    const { model } = this.#secret
    return createReach({
      role,
      connect: (region, credentials) => {
        const ports = connect(region, credentials)
        return { ...ports, secretsManager: this.#port(this.#secret.remembering(ports.secretsManager)) }
      },
      sessions: (make) =>
        new Sessions(
          { assumeRole: (input) => this.#current().gate('AssumeRole', () => sts.assumeRole(input)) },
          () => model.clock.now(),
          make,
        ),
    })
  }

  #port(port: SecretsManagerPort): SecretsManagerPort {
    const gate = <T>(label: string, action: () => Promise<T>) => this.#current().gate(label, action)
    return {
      describeSecret: (input) =>
        gate(`DescribeSecret${this.#admins(input)}`, () => port.describeSecret(input)),
      getSecretValue: (input) =>
        gate(`GetSecretValue ${input.VersionStage ?? 'by id'}${this.#admins(input)}`, () =>
          port.getSecretValue(input),
        ),
      putSecretValue: (input) =>
        gate(`PutSecretValue ${input.VersionStages.join('+')}`, () => port.putSecretValue(input)),
      updateSecretVersionStage: (input) =>
        gate(
          `UpdateSecretVersionStage ${input.MoveToVersionId === undefined ? 'take off' : 'move'} ${input.VersionStage}`,
          () => port.updateSecretVersionStage(input),
        ),
    }
  }

  #admins({ SecretId }: { readonly SecretId: string }): string {
    return SecretId === this.#secret.arn ? '' : ' of the admin'
  }

  #scheduler(): SchedulerPort {
    const { scheduler } = this.#secret
    const gate = <T>(label: string, action: () => Promise<T>) => this.#current().gate(label, action)
    return {
      createSchedule: (input) => gate('CreateSchedule', () => scheduler.createSchedule(input)),
      getSchedule: (input) => gate('GetSchedule', () => scheduler.getSchedule(input)),
      deleteSchedule: (input) => gate('DeleteSchedule', () => scheduler.deleteSchedule(input)),
    }
  }

  #provider(): Provider {
    const { provider } = this.#world.kit
    const { record } = this.#world
    return {
      ...bound(provider),
      open: (request) => {
        const invocation = this.#current()
        const session = provider.open({
          ...request,
          timeLeftMs: () => Math.min(request.timeLeftMs(), LONGEST_MS),
        })
        this.#sessions.push(session)
        return stopped(session, invocation, {
          probed: (who, { verdict }) =>
            record.probes.push({ step: invocation.step, token: invocation.token, invocation, who, verdict }),
          applied: (to) => {
            if (to === 'pending') this.#world.lastApplied = invocation.token
          },
          answered: (what) => record.hear(what),
          issued: (value) => void record.issued.push(value),
        })
      },
    }
  }
}

/** The provider's own operations, also where it is an instance of a class. */
function bound(provider: Provider): Omit<Provider, 'open'> {
  const { name, serves, schema, capabilities, admin } = provider
  return {
    ...(admin && { admin }),
    name,
    serves,
    schema,
    capabilities,
    identity: (secret) => provider.identity(secret),
    ...(provider.alternateOf && { alternateOf: (account: string) => provider.alternateOf?.(account) ?? '' }),
    ...(provider.capabilitiesOf && {
      capabilitiesOf: (secret: StoredSecret) => provider.capabilitiesOf?.(secret) ?? capabilities,
    }),
    withCredential: (request) => provider.withCredential(request),
    propose: (request) => provider.propose(request),
  }
}

/** The steps from one on, in order. */
export const stepsFrom = (step: Step): readonly Step[] => STEPS.slice(STEPS.indexOf(step))
