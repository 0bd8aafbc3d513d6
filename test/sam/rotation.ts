/**
 * Whole rotations by a deployed function: driven by the local Secrets Manager, each step once cold and once warm; and the
 * retirements that come after, by the local Scheduler.
 */
import { randomUUID } from 'node:crypto'
import type { LocalAws, LocalSecretsManager, RotationFunctionEvent } from '../../shared/local/index.ts'
import type { DeployedFunction } from './deployed.ts'
import type { LambdaEnvironment } from './runtime-api.ts'

export interface RotatedSecret {
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  readonly tags?: Readonly<Record<string, string>>
}

export const createSecret = (model: LocalSecretsManager, { name, value, tags = {} }: RotatedSecret): string =>
  model.call('CreateSecret', {
    Name: name,
    ClientRequestToken: randomUUID(),
    SecretString: JSON.stringify(value),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  }).ARN

export const storedIn = (
  model: LocalSecretsManager,
  SecretId: string,
  VersionStage = 'AWSCURRENT',
): Record<string, unknown> =>
  JSON.parse(model.call('GetSecretValue', { SecretId, VersionStage }).SecretString ?? '{}')

export interface Rotations {
  readonly aws: LocalAws
  /** Where the secret is. */
  readonly model: LocalSecretsManager
  readonly deployed: DeployedFunction
  /** What the secret names, if it is no more than the function: an alias. */
  readonly qualifier?: string
}

export interface Rotated {
  /** The most memory that an environment has held, in MB. */
  readonly peakMb: number
  /** What the functions wrote. */
  readonly output: string
}

/** Environments of one function, one after the other. */
class Environments {
  readonly #of: Rotations
  readonly #arn: string
  output = ''
  peakMb = 0

  constructor(of: Rotations) {
    this.#of = of
    this.#arn = of.qualifier === undefined ? of.deployed.arn : `${of.deployed.arn}:${of.qualifier}`
  }

  get arn(): string {
    return this.#arn
  }

  /** A new one for each invocation. */
  cold(): void {
    this.#register(async (event) => {
      const environment = await this.#of.deployed.start()
      try {
        return await environment.invoke(event)
      } finally {
        await this.#finish(environment)
      }
    })
  }

  /** One for all invocations of `work`. */
  async warm(work: () => Promise<void>): Promise<void> {
    const environment = await this.#of.deployed.start()
    try {
      this.#register((event) => environment.invoke(event))
      await work()
    } finally {
      await this.#finish(environment)
    }
  }

  #register(run: (event: RotationFunctionEvent) => Promise<unknown>): void {
    const { aws, deployed, model } = this.#of
    aws.registerFunction(this.#arn, async (event) => void (await run(event)), {
      role: deployed.role.arn,
      invokableFrom: [model.accountId],
    })
  }

  async #finish(environment: LambdaEnvironment): Promise<void> {
    this.peakMb = Math.max(this.peakMb, environment.peakMb)
    await environment.stop()
    this.output += environment.output
  }
}

/** Rotates twice: a new environment for each step, then one for all. Rejects when a rotation does not succeed. */
export async function rotateColdAndWarm(of: Rotations, SecretId: string): Promise<Rotated> {
  const { aws, model } = of
  const environments = new Environments(of)
  const rotate = async (how: string): Promise<void> => {
    const before = model.events.length
    model.call('RotateSecret', {
      SecretId,
      ClientRequestToken: randomUUID(),
      RotationLambdaARN: environments.arn,
    })
    await aws.settled()
    const names = model.events
      .slice(before)
      .flatMap(({ detail }) => ('eventName' in detail ? [detail.eventName] : []))
    if (!names.includes('RotationSucceeded'))
      throw new Error(
        `the ${how} rotation ended in ${names.join(', ')}\n${environments.output.slice(-3_000)}`,
      )
  }
  environments.cold()
  await rotate('cold')
  await environments.warm(() => rotate('warm'))
  return environments
}

/** A schedule is due within the minute before its second, and the function goes by the machine's clock. */
const UNTIL_DUE_MS = 1_100

/** Lets the schedules of the function come, each in a cold environment. Rejects when one is not carried out. */
export async function retireCold(of: Rotations): Promise<Rotated> {
  const environments = new Environments(of)
  environments.cold()
  await new Promise((resolve) => setTimeout(resolve, UNTIL_DUE_MS))
  of.aws.clock.advance(61_000)
  of.aws.runDue()
  await of.aws.settled()
  const outcomes = of.aws
    .account(of.deployed.account)
    .scheduler()
    .outcomes.map(({ outcome }) => outcome)
  if (outcomes.length === 0 || outcomes.some((outcome) => outcome !== 'invoked'))
    throw new Error(`the schedules ended in ${outcomes.join(', ')}\n${environments.output.slice(-3_000)}`)
  return environments
}
