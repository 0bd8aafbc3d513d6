/** Whole rotations by a deployed function: driven by the local Secrets Manager, each step once cold and once warm. */
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

export const storedIn = (model: LocalSecretsManager, SecretId: string): Record<string, unknown> =>
  JSON.parse(model.call('GetSecretValue', { SecretId }).SecretString ?? '{}')

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

/** Rotates twice: a new environment for each step, then one for all. Rejects when a rotation does not succeed. */
export async function rotateColdAndWarm(
  { aws, model, deployed, qualifier }: Rotations,
  SecretId: string,
): Promise<Rotated> {
  const arn = qualifier === undefined ? deployed.arn : `${deployed.arn}:${qualifier}`
  let output = ''
  let peakMb = 0
  const finish = async (environment: LambdaEnvironment): Promise<void> => {
    peakMb = Math.max(peakMb, environment.peakMb)
    await environment.stop()
    output += environment.output
  }
  const register = (run: (event: RotationFunctionEvent) => Promise<unknown>): void =>
    aws.registerFunction(arn, async (event) => void (await run(event)), {
      role: deployed.role.arn,
      invokableFrom: [model.accountId],
    })
  const rotate = async (how: string): Promise<void> => {
    const before = model.events.length
    model.call('RotateSecret', { SecretId, ClientRequestToken: randomUUID(), RotationLambdaARN: arn })
    await aws.settled()
    const names = model.events
      .slice(before)
      .flatMap(({ detail }) => ('eventName' in detail ? [detail.eventName] : []))
    if (!names.includes('RotationSucceeded'))
      throw new Error(`the ${how} rotation ended in ${names.join(', ')}\n${output.slice(-3_000)}`)
  }

  register(async (event) => {
    const environment = await deployed.start()
    try {
      return await environment.invoke(event)
    } finally {
      await finish(environment)
    }
  })
  await rotate('cold')

  const warm = await deployed.start()
  try {
    register((event) => warm.invoke(event))
    await rotate('warm')
  } finally {
    await finish(warm)
  }
  return { peakMb, output }
}
