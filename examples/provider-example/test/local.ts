/** Rotations under the local Secrets Manager: it calls the engine as AWS calls the Lambda function, in this process. */
import { randomUUID } from 'node:crypto'
import { createEntropy, createRotate, DEFAULT_POLICY, type Evidence, systemClock } from 'quarterturn'
import { createLocalSecretsManager, portTo, type Unpublished } from 'quarterturn/local'
import type { Provider, StoredSecret } from 'quarterturn/provider'

export interface LocalRotation {
  /** Runs one whole rotation; answers the codes of the steps that failed. */
  rotate(): Promise<readonly string[]>
  /** The value under the label; `undefined` when the label is on none. */
  valueUnder(label: 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'): StoredSecret | undefined
  /** The records that finished rotations left. */
  readonly evidence: readonly Evidence[]
}

export interface LocalRotationOptions {
  /** What AWS does not publish is drawn from it: repeats, steps delivered twice or late. Default 1. */
  readonly seed?: number
  /** What is not left to the seed. */
  readonly unpublished?: Unpublished
}

/** A secret with `value` under AWSCURRENT, and rotation by `provider`. Nothing to close. */
export function underLocalSecretsManager(
  provider: Provider,
  value: StoredSecret,
  { seed = 1, unpublished = {} }: LocalRotationOptions = {},
): LocalRotation {
  const model = createLocalSecretsManager({ seed, unpublished })
  const functionArn = `arn:aws:lambda:${model.region}:${model.accountId}:function:rotate-${provider.name}`
  const failures: string[] = []
  const evidence: Evidence[] = []
  const rotate = createRotate({
    resolveProvider: async () => provider,
    deps: {
      secretsManager: portTo(model),
      entropy: createEntropy(DEFAULT_POLICY),
      clock: systemClock,
      observe: {
        decided: () => {},
        stepEnded: ({ errorCode }) => void (errorCode !== undefined && failures.push(errorCode)),
        evidence: async (record) => void evidence.push(record),
      },
    },
    settings: {},
  })
  model.registerFunction(functionArn, (event) => rotate({ event, functionArn, timeLeftMs: () => 30_000 }))
  const { ARN } = model.call('CreateSecret', {
    Name: provider.name,
    ClientRequestToken: randomUUID(),
    SecretString: JSON.stringify(value),
  })

  return {
    evidence,
    async rotate() {
      failures.length = 0
      model.call('RotateSecret', {
        SecretId: ARN,
        ClientRequestToken: randomUUID(),
        RotationLambdaARN: functionArn,
      })
      await model.settled()
      return [...failures]
    },
    valueUnder(VersionStage) {
      try {
        return JSON.parse(model.call('GetSecretValue', { SecretId: ARN, VersionStage }).SecretString ?? '{}')
      } catch (error) {
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
        throw error
      }
    },
  }
}
