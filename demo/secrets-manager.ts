import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { CALM, createLocalSecretsManager, type RotationFunction, serveLocal } from '../shared/local/index.ts'
import type { Household } from './household.ts'

export const REGION = 'eu-central-1'
export const functionArn = (handler: string): string =>
  `arn:aws:lambda:${REGION}:111122223333:function:${handler}`

/** The local model takes any; the SDK signs with something. */
export const CREDENTIALS = { accessKeyId: 'demo', secretAccessKey: 'demo' }

/** What an operator and an application do with Secrets Manager, by the real SDK over HTTP. */
export interface DemoSecretsManager {
  readonly url: string
  /** Answers the ARN. */
  create(
    name: string,
    value: Readonly<Record<string, unknown>>,
    tags?: Readonly<Record<string, string>>,
  ): Promise<string>
  /** The value that `AWSCURRENT` is on. */
  read(name: string): Promise<unknown>
  /** Every version that a label is on. */
  versions(name: string): Promise<readonly Version[]>
  /** Rejects when the rotation failed, with what the function said. */
  rotate(name: string, rotationFunction: RotationFunction): Promise<Rotated>
}

export interface Version {
  readonly labels: readonly string[]
  readonly value: unknown
}

export interface Rotated {
  /** When `AWSCURRENT` was moved, in milliseconds since the epoch. */
  readonly movedAt: number
  readonly rotationTokens: readonly string[]
}

export async function startSecretsManager(
  household: Household,
  handler: string,
): Promise<DemoSecretsManager> {
  // Each step once: the demo shows the usual course. The tests draw the others.
  const model = createLocalSecretsManager({ region: REGION, unpublished: CALM, seed: Date.now() })
  const { url } = await household.keep(serveLocal(model), (server) => server.close())
  const client = new SecretsManagerClient({ endpoint: url, region: REGION, credentials: CREDENTIALS })
  return {
    url,
    async create(Name, value, tags = {}) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      const { ARN } = await client.send(
        new CreateSecretCommand({ Name, SecretString: JSON.stringify(value), Tags }),
      )
      return ARN ?? Name
    },
    async read(SecretId) {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }))
      return JSON.parse(SecretString ?? 'null')
    },
    async versions(SecretId) {
      const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }))
      const read = async ([VersionId, labels]: [string, string[]]): Promise<Version> => {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionId }))
        return { labels, value: JSON.parse(SecretString ?? 'null') }
      }
      return Promise.all(Object.entries(VersionIdsToStages).map(read))
    },
    async rotate(SecretId, rotationFunction) {
      const [callsBefore, eventsBefore] = [model.log.calls.length, model.events.length]
      const rotationTokens = new Set<string>()
      let failure: unknown = new Error('the rotation did not move AWSCURRENT')
      model.registerFunction(functionArn(handler), async (event) => {
        if (event.RotationToken !== undefined) rotationTokens.add(event.RotationToken)
        await rotationFunction(event).catch((error: unknown) => {
          failure = error
          throw error
        })
      })
      await client.send(
        new RotateSecretCommand({
          SecretId,
          RotationLambdaARN: functionArn(handler),
          RotationRules: { AutomaticallyAfterDays: 30 },
        }),
      )
      await model.settled(SecretId)
      const move = model.log.calls
        .slice(callsBefore)
        .findLast(
          ({ operation, input, result }) =>
            operation === 'UpdateSecretVersionStage' &&
            input['VersionStage'] === 'AWSCURRENT' &&
            result === 'ok',
        )
      const hasSucceeded = model.events
        .slice(eventsBefore)
        .some(({ detail }) => 'eventName' in detail && detail.eventName === 'RotationSucceeded')
      if (move === undefined || !hasSucceeded) throw failure
      return { movedAt: move.atMs, rotationTokens: [...rotationTokens] }
    },
  }
}
