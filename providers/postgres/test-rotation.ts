/** Whole rotations at a real server: the engine, the local Secrets Manager and this provider. */
import { randomUUID } from 'node:crypto'
import { CANDIDATE_LABEL, createRotate, STEPS, type Step } from '../../shared/engine/index.ts'
import { CALM, createLocalSecretsManager, portTo } from '../../shared/local/index.ts'
import { isQuarterturnError, type Provider, type StoredSecret } from '../../shared/provider/index.ts'
import { createPostgres, type PostgresOptions } from './index.ts'

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'

export interface StagedRotation {
  /** RotateSecret; answers how each step ended, up to the first failure. `steps`: only those. */
  rotate(steps?: readonly Step[]): Promise<readonly string[]>
  /** Steps with the token of the last `rotate`. */
  repeat(steps?: readonly Step[]): Promise<readonly string[]>
  /** RotateSecret with `RotateImmediately: false`. */
  preflight(): Promise<readonly string[]>
  /** Of the last failure. */
  readonly remedy: string | undefined
  password(label: string): unknown
  labels(): readonly string[]
}

/** `underLock` runs in each setSecret directly before the password is changed. */
export function stageRotation(
  secret: StoredSecret,
  options: PostgresOptions,
  underLock: () => Promise<unknown> = async () => {},
): StagedRotation {
  const model = createLocalSecretsManager({ unpublished: CALM })
  model.registerFunction(FUNCTION_ARN, 'manual')
  const SecretId = model.call('CreateSecret', {
    ClientRequestToken: randomUUID(),
    Name: 'app',
    SecretString: JSON.stringify(secret),
  }).ARN
  const provider = createPostgres(options) as Provider
  let outcome = ''
  let remedy: string | undefined
  let token = ''
  const port = portTo(model)
  const rotateStep = createRotate({
    resolveProvider: () => Promise.resolve(provider),
    settings: { pendingReadDelaysMs: [] },
    deps: {
      secretsManager: {
        ...port,
        updateSecretVersionStage: async (input) => {
          if (input.VersionStage === CANDIDATE_LABEL) await underLock()
          return port.updateSecretVersionStage(input)
        },
      },
      entropy: { bytes: (length) => new Uint8Array(length), password: () => `chosen ${randomUUID()}` },
      clock: { now: () => model.clock.now(), sleep: () => Promise.resolve() },
      observe: {
        decided: () => {},
        stepEnded: (report) => {
          outcome = report.outcome
        },
        evidence: () => Promise.resolve(),
      },
    },
  })
  const repeat = async (steps: readonly Step[] = STEPS): Promise<readonly string[]> => {
    const ended: string[] = []
    for (const Step of steps) {
      try {
        await rotateStep({
          event: {
            Step,
            SecretId,
            ClientRequestToken: token,
            RotationToken: 'rotation-token-0123456789-0123456789-abcdef',
          },
          functionArn: `${FUNCTION_ARN}:live`,
          timeLeftMs: () => 30_000,
        })
        ended.push(`${Step} ${outcome}`)
      } catch (error) {
        if (!isQuarterturnError(error)) throw error
        remedy = error.remedy
        return [...ended, `${Step} ${error.code}`]
      }
    }
    return ended
  }
  const begin = (changes: { readonly RotateImmediately?: false } = {}): void => {
    token = randomUUID()
    model.call('RotateSecret', {
      ClientRequestToken: token,
      SecretId,
      RotationLambdaARN: FUNCTION_ARN,
      ...changes,
    })
  }
  return {
    rotate(steps) {
      begin()
      return repeat(steps)
    },
    repeat,
    preflight() {
      begin({ RotateImmediately: false })
      return repeat(['testSecret'])
    },
    get remedy() {
      return remedy
    },
    password: (VersionStage) =>
      JSON.parse(model.call('GetSecretValue', { SecretId, VersionStage }).SecretString ?? '{}').password,
    labels: () => Object.values(model.call('DescribeSecret', { SecretId }).VersionIdsToStages ?? {}).flat(),
  }
}
