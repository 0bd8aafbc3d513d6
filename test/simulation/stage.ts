import { randomUUID } from 'node:crypto'
import type { RdsPort } from '../../shared/aws/rds-port.ts'
import {
  createRotate,
  type EngineDeps,
  type EngineSettings,
  type Evidence,
  type RepairRecord,
  type Rotate,
  type StepReport,
} from '../../shared/engine/index.ts'
import { STEPS, type Step, type Task } from '../../shared/engine/known.ts'
import { newKeyPair } from '../../shared/key-pair.ts'
import {
  CALM,
  createLocalSecretsManager,
  type LocalSecretsManager,
  type LocalSecretsManagerOptions,
  ManualScheduler,
  portTo,
} from '../../shared/local/index.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { type Gate, simulatedProvider, Target, type TargetKind } from './target.ts'

export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'

type Tags = Readonly<Record<string, string>>

const tagsOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

const atOnce: Gate = async (_label, action) => action()

/** The engine on the local Secrets Manager with one simulated target, without any scheduling: for plain tests. */
export class Stage {
  readonly model: LocalSecretsManager
  readonly target: Target
  readonly secretArn: string
  readonly adminArn: string
  readonly scheduler: ManualScheduler
  readonly #rds: RdsPort | undefined
  readonly #credentials: EngineDeps['credentials'] | undefined
  readonly evidence: Evidence[] = []
  readonly repairs: RepairRecord[] = []
  readonly reports: StepReport[] = []
  /** What the engine waited, in milliseconds; no time passes by it. */
  readonly slept: number[] = []
  readonly rules: string[] = []
  readonly #provider: Provider
  #settings: EngineSettings
  #rotate: Rotate
  #passwords = 0

  constructor(
    options: {
      kind?: TargetKind
      value?: string
      settings?: EngineSettings
      model?: LocalSecretsManagerOptions
      provider?: Provider
      target?: Target
      rds?: RdsPort
      credentials?: EngineDeps['credentials']
      /** Tags of the secret, and what the admin secret differs in. */
      tags?: Tags | ((adminArn: string) => Tags)
      admin?: { readonly value?: object; readonly tags?: Tags }
      /** Fields of the secret beside those of the simulation. */
      more?: object
    } = {},
  ) {
    this.model = createLocalSecretsManager(options.model ?? { unpublished: CALM })
    this.target = options.target ?? new Target(options.kind ?? 'single', 'p0')
    const rules = { locks: true, changesInLockedSession: true }
    this.#provider = options.provider ?? (simulatedProvider(this.target, () => atOnce, rules) as Provider)
    this.#settings = { pendingReadDelaysMs: [], ...options.settings }
    this.#rds = options.rds
    this.#credentials = options.credentials
    this.scheduler = new ManualScheduler(this.model.clock)
    this.#rotate = this.#container()
    this.model.registerFunction(FUNCTION_ARN, 'manual')
    this.adminArn = this.model.call('CreateSecret', {
      ClientRequestToken: randomUUID(),
      Name: 'admin',
      SecretString: JSON.stringify(
        options.admin?.value ?? { username: 'admin', password: this.target.adminPassword },
      ),
      Tags: tagsOf(options.admin?.tags ?? { 'quarterturn:admin-for': 'app' }),
    }).ARN
    const value = { engine: 'simulated', username: 'A', password: 'p0', note: 'kept' }
    const pair =
      options.kind === 'alternating' || options.kind === 'single-admin' ? { masterarn: this.adminArn } : {}
    this.secretArn = this.model.call('CreateSecret', {
      ClientRequestToken: randomUUID(),
      Name: 'app',
      SecretString: options.value ?? JSON.stringify({ ...value, ...pair, ...options.more }),
      Tags: tagsOf(typeof options.tags === 'function' ? options.tags(this.adminArn) : (options.tags ?? {})),
    }).ARN
  }

  /** A new container of the function: it remembers nothing. */
  restart(): void {
    this.#rotate = this.#container()
  }

  /** Another deployment of the function, which differs in this. */
  deploy(changes: EngineSettings): void {
    this.#settings = { ...this.#settings, ...changes }
    this.restart()
  }

  #container(): Rotate {
    return createRotate({
      resolveProvider: () => Promise.resolve(this.#provider),
      settings: this.#settings,
      deps: {
        secretsManager: portTo(this.model),
        scheduler: this.scheduler,
        ...(this.#rds === undefined ? {} : { rds: this.#rds }),
        ...(this.#credentials && { credentials: this.#credentials }),
        entropy: {
          bytes: (length) => new Uint8Array(length),
          password: () => {
            this.#passwords += 1
            return `chosen-password-${this.#passwords}`
          },
          keyPair: newKeyPair,
        },
        clock: { now: () => this.model.clock.now(), sleep: async (ms) => void this.slept.push(ms) },
        observe: {
          decided: ({ rule }) => void this.rules.push(rule),
          stepEnded: (report) => void this.reports.push(report),
          evidence: async (record) => void this.evidence.push(record),
          repairing: async (record) => void this.repairs.push(record),
        },
      },
    })
  }

  /** RotateSecret; answers the token. */
  begin(options: { testOnly?: boolean } = {}): string {
    const ClientRequestToken = randomUUID()
    this.model.call('RotateSecret', {
      ClientRequestToken,
      SecretId: this.secretArn,
      RotationLambdaARN: FUNCTION_ARN,
      ...(options.testOnly === true ? { RotateImmediately: false } : {}),
    })
    return ClientRequestToken
  }

  step(
    step: Task,
    token: string,
    changes: { event?: object; functionArn?: string; timeLeftMs?: number } = {},
  ) {
    return this.#rotate({
      event: {
        Step: step,
        SecretId: this.secretArn,
        ClientRequestToken: token,
        RotationToken: 'rotation-token-0123456789-0123456789-abcdef',
        ...changes.event,
      },
      functionArn: changes.functionArn ?? `${FUNCTION_ARN}:live`,
      timeLeftMs: () => changes.timeLeftMs ?? 60_000,
    })
  }

  async steps(token: string, steps: readonly Step[] = STEPS): Promise<void> {
    for (const step of steps) await this.step(step, token)
  }

  /** A schedule runs: the function is invoked with its event. */
  retire(event: object) {
    const { ClientRequestToken, Retirement } = event as { ClientRequestToken: string; Retirement: object }
    return this.step('retireSecret', ClientRequestToken, { event: { Retirement } })
  }

  /** The admin secret gets another version, as a rotation of its own does. */
  putAdmin(value: object, stages: readonly string[] = ['AWSCURRENT']): void {
    this.model.call('PutSecretValue', {
      ClientRequestToken: randomUUID(),
      SecretId: this.adminArn,
      SecretString: JSON.stringify(value),
      VersionStages: [...stages],
    })
  }

  labels(): Record<string, readonly string[]> {
    return this.model.call('DescribeSecret', { SecretId: this.secretArn }).VersionIdsToStages ?? {}
  }

  value(stage: string): unknown {
    const { SecretString } = this.model.call('GetSecretValue', {
      SecretId: this.secretArn,
      VersionStage: stage,
    })
    return JSON.parse(SecretString ?? 'null')
  }
}
