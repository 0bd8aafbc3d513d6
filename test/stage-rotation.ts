/** Whole rotations at a real server: the engine, the local Secrets Manager and a provider. */
import { randomUUID } from 'node:crypto'
import {
  CANDIDATE_LABEL,
  createRotate,
  type Evidence,
  STEPS,
  type Step,
  type StepReport,
} from '../shared/engine/index.ts'
import { newKeyPair } from '../shared/key-pair.ts'
import { CALM, createLocalSecretsManager, portTo } from '../shared/local/index.ts'
import {
  isQuarterturnError,
  type Provider,
  type StoredSecret,
  type Strategy,
} from '../shared/provider/index.ts'

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'

const ADMIN_FOR = 'quarterturn:admin-for'

export interface Staging {
  /** Before the password is changed, under the lock, in each setSecret. */
  readonly underLock?: () => Promise<unknown>
  /** The admin secret, which consents; the secret gets its ARN. */
  readonly admin?: StoredSecret
  /** The field that names it. Default: `masterarn`. */
  readonly adminField?: string
  /** Whether the admin secret consents. Default: true. */
  readonly consents?: boolean
  /** What the secret names instead of that ARN. */
  readonly masterarn?: string
  /** Default: the provider's own. */
  readonly strategy?: Strategy | undefined
  /** The name of the secret, which decides about its mark. Default: `app`. */
  readonly name?: string
  /** What was current before `secret`. */
  readonly previous?: StoredSecret
}

export interface StagedRotation {
  /** RotateSecret; answers how each step ended, up to the first failure. `steps`: only those. */
  rotate(steps?: readonly Step[]): Promise<readonly string[]>
  /** Steps with the token of the last `rotate`. */
  repeat(steps?: readonly Step[]): Promise<readonly string[]>
  /** RotateSecret with `RotateImmediately: false`. */
  preflight(): Promise<readonly string[]>
  /** Of the last failure. */
  readonly remedy: string | undefined
  /** What the last failure said. */
  readonly problem: string | undefined
  password(label: string): unknown
  /** The whole value under a label. */
  value(label: string): StoredSecret
  /** What was told of each step that ended well. */
  readonly reports: readonly StepReport[]
  /** What was left of each rotation that finished. */
  readonly evidence: readonly Evidence[]
  /** A version is stored by hand and becomes current. */
  put(secret: StoredSecret): void
  labels(): readonly string[]
}

export function stageRotation(
  provider: Provider,
  secret: StoredSecret,
  {
    underLock = async () => {},
    admin,
    consents = true,
    masterarn,
    adminField = 'masterarn',
    strategy,
    name = 'app',
    previous,
  }: Staging = {},
): StagedRotation {
  const model = createLocalSecretsManager({ unpublished: CALM })
  model.registerFunction(FUNCTION_ARN, 'manual')
  const create = (Name: string, value: StoredSecret, Tags: { Key: string; Value: string }[] = []) =>
    model.call('CreateSecret', {
      ClientRequestToken: randomUUID(),
      Name,
      SecretString: JSON.stringify(value),
      Tags,
    }).ARN
  const withAdmin =
    admin === undefined
      ? {}
      : {
          [adminField]:
            masterarn ?? create('admin', admin, consents ? [{ Key: ADMIN_FOR, Value: name }] : []),
        }
  const SecretId = create(name, { ...(previous ?? secret), ...withAdmin })
  const put = (value: StoredSecret): void =>
    void model.call('PutSecretValue', {
      ClientRequestToken: randomUUID(),
      SecretId,
      SecretString: JSON.stringify({ ...value, ...withAdmin }),
    })
  if (previous !== undefined) put(secret)
  let outcome = ''
  let remedy: string | undefined
  let problem: string | undefined
  const reports: StepReport[] = []
  const evidence: Evidence[] = []
  let token = ''
  const port = portTo(model)
  const rotateStep = createRotate({
    resolveProvider: () => Promise.resolve(provider),
    settings: {
      pendingReadDelaysMs: [],
      ...(strategy === undefined ? {} : { strategy }),
    },
    deps: {
      secretsManager: {
        ...port,
        updateSecretVersionStage: async (input) => {
          if (input.VersionStage === CANDIDATE_LABEL) await underLock()
          return port.updateSecretVersionStage(input)
        },
      },
      entropy: {
        bytes: (length) => new Uint8Array(length),
        password: () => `chosen ${randomUUID()}`,
        keyPair: newKeyPair,
      },
      clock: { now: () => model.clock.now(), sleep: () => Promise.resolve() },
      observe: {
        decided: () => {},
        stepEnded: (report) => {
          outcome = report.outcome
          reports.push(report)
        },
        evidence: async (record) => void evidence.push(record),
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
        problem = error.problem
        return [...ended, `${Step} ${error.code}`]
      }
    }
    return ended
  }
  const value = (VersionStage: string): StoredSecret =>
    JSON.parse(model.call('GetSecretValue', { SecretId, VersionStage }).SecretString ?? '{}')
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
    async preflight() {
      begin({ RotateImmediately: false })
      const ended = await repeat(['testSecret'])
      model.endRotation(SecretId, ended[0] === 'testSecret preflight' ? 'Succeeded' : 'Failed')
      return ended
    },
    get remedy() {
      return remedy
    },
    get problem() {
      return problem
    },
    reports,
    evidence,
    put,
    value,
    password: (label) => value(label)['password'],
    labels: () => Object.values(model.call('DescribeSecret', { SecretId }).VersionIdsToStages ?? {}).flat(),
  }
}
