import { setImmediate } from 'node:timers/promises'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { createReach, type Reach } from '../../shared/aws/reach.ts'
import type { SecretsManagerPort } from '../../shared/aws/secrets-manager.ts'
import { Sessions } from '../../shared/aws/sessions.ts'
import { createRotate, type StepReport } from '../../shared/engine/index.ts'
import { newKeyPair } from '../../shared/key-pair.ts'
import {
  createLocalAws,
  type LocalAws,
  type LocalCredentials,
  type LocalServer,
  type RotationFunctionEvent,
  type ServiceEvent,
  serveLocal,
  type Unpublished,
} from '../../shared/local/index.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { type Gate, simulatedProvider, Target } from '../simulation/target.ts'

/** Whoever waits for the lock of the target must let the others' HTTP go on. */
const unhurried: Gate = async (_label, action) => {
  await setImmediate()
  return action()
}

const REGION = 'eu-west-1'
const HUB = '111122223333'
const WORKLOAD = '444455556666'
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${HUB}:function:rotate`
const ROLE_NAME = 'quarterturn-target'
const EXTERNAL_ID = 'external-id-of-the-workload'
const TOKEN = 'rotation-of-app'.padEnd(32, '0')

/** What a test changes of how the function reaches into the workload account. */
export interface Changes {
  /** Default: the one that the role's trust asks for. */
  externalId?: string
  /** What goes out as RotationToken instead of the event's. */
  rotationToken?: (ofTheEvent: string | undefined) => string | undefined
  /** Goes on with a session that has expired. */
  keepsSession?: boolean
}

/**
 * The shipped engine as a function in a hub account, a secret in a workload account, and nothing between them but STS:
 * a role that trusts the function's role alone, an external id, a session narrowed to the one secret.
 */
export class HubStage {
  readonly aws: LocalAws
  readonly target = new Target('single', 'p0')
  readonly reports: StepReport[] = []
  readonly reach: Changes = {}
  /** The RotationToken that the engine sent with each put. */
  readonly tokens: (string | undefined)[] = []
  /** Name and message of each error that AWS answered to the function. */
  readonly awsErrors: string[] = []
  /** Called before each step is run. */
  beforeStep: (event: RotationFunctionEvent) => void = () => {}
  secretArn = ''
  readonly #server: LocalServer
  readonly #clients: { destroy(): void }[] = []
  readonly #execution: LocalCredentials
  #made: Reach | undefined

  private constructor(aws: LocalAws, server: LocalServer) {
    this.aws = aws
    this.#server = server
    const hub = aws.account(HUB)
    const execution = hub.role('rotate', {
      trust: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      },
      policies: [
        {
          Statement: {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Resource: `arn:aws:iam::*:role/${ROLE_NAME}`,
          },
        },
      ],
    })
    this.#execution = execution.credentialsFor(FUNCTION_ARN)
    aws.account(WORKLOAD).role(ROLE_NAME, {
      trust: {
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: execution.arn },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
        },
      },
      policies: [
        {
          Statement: {
            Effect: 'Allow',
            Action: ACTIONS,
            Resource: '*',
            Condition: { ArnEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': FUNCTION_ARN } },
          },
        },
      ],
    })
    aws.registerFunction(FUNCTION_ARN, this.#function(), { role: execution.arn, invokableFrom: [WORKLOAD] })
  }

  static async open(options: { seed?: number; unpublished?: Unpublished }): Promise<HubStage> {
    const aws = createLocalAws(options)
    const stage = new HubStage(aws, await serveLocal(aws))
    stage.secretArn = stage.createSecret('app')
    return stage
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy()
    await this.#server.close()
  }

  get model() {
    return this.aws.account(WORKLOAD).secretsManager(REGION)
  }

  createSecret(name: string): string {
    return this.model.call('CreateSecret', {
      Name: name,
      ClientRequestToken: `first-version-${name}`.padEnd(32, '0'),
      SecretString: JSON.stringify({ engine: 'simulated', username: 'A', password: 'p0' }),
    }).ARN
  }

  /** Starts a rotation as the workload's admin and waits for its end; answers the text of the failure, if it failed. */
  async rotate(token: string): Promise<string | undefined> {
    const client = this.#client(this.aws.account(WORKLOAD).credentials)
    const before = this.model.events.length
    this.model.call('RotateSecret', {
      SecretId: this.secretArn,
      ClientRequestToken: token.padEnd(32, '0'),
      RotationLambdaARN: FUNCTION_ARN,
    })
    await this.aws.settled()
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: this.secretArn }))
    if (VersionIdsToStages === undefined) throw new Error('the secret is gone')
    const ends = this.model.events
      .slice(before)
      .flatMap(({ detail }) => ('eventName' in detail ? [detail] : []))
    return ends.find(isFailure)?.errorMessage
  }

  /** What the function reaches for a rotation of the secret. */
  session(secretArn = this.secretArn): SecretsManagerPort {
    return this.#way()({ secretArn, token: TOKEN, functionArn: FUNCTION_ARN }).secretsManager
  }

  async password(): Promise<unknown> {
    const { SecretString = '{}' } = this.model.call('GetSecretValue', { SecretId: this.secretArn })
    return JSON.parse(SecretString).password
  }

  labels() {
    return this.model.call('DescribeSecret', { SecretId: this.secretArn }).VersionIdsToStages ?? {}
  }

  #function() {
    let passwords = 0
    const rules = { locks: true, changesInLockedSession: true }
    const provider = simulatedProvider(this.target, () => unhurried, rules) as Provider
    const rotate = createRotate({
      resolveProvider: () => Promise.resolve(provider),
      settings: { pendingReadDelaysMs: [], served: { accounts: [WORKLOAD] } },
      deps: {
        secretsManager: this.#port(this.#client(this.#execution)),
        reach: (request) => this.#way()(request),
        entropy: {
          bytes: (length) => new Uint8Array(length),
          password: () => {
            passwords += 1
            return `p${passwords}`
          },
          keyPair: newKeyPair,
        },
        clock: { now: () => this.aws.clock.now(), sleep: () => Promise.resolve() },
        observe: {
          decided: () => undefined,
          stepEnded: (report) => void this.reports.push(report),
          evidence: () => Promise.resolve(),
        },
      },
    })
    return (event: RotationFunctionEvent) => {
      this.beforeStep(event)
      return rotate({ event, functionArn: FUNCTION_ARN, timeLeftMs: () => 60_000 })
    }
  }

  /** The shipped way into other accounts, with what the test changes of it before it is first gone. */
  #way(): Reach {
    this.#made ??= this.#makeWay()
    return this.#made
  }

  #makeWay(): Reach {
    const sts = this.#kept(new STSClient(this.#options(this.#execution)))
    return createReach({
      role: { name: ROLE_NAME, externalId: this.reach.externalId ?? EXTERNAL_ID },
      connect: (_region, credentials) => ({
        secretsManager: this.#port(this.#client(credentials ?? this.#execution)),
        rds: {
          describeDBInstances: () => Promise.resolve({}),
          describeDBClusters: () => Promise.resolve({}),
        },
        credentials: () => Promise.resolve(credentials ?? this.#execution),
      }),
      sessions: (make) =>
        new Sessions(
          { assumeRole: (input) => this.#heard(() => sts.send(new AssumeRoleCommand(input))) },
          () => (this.reach.keepsSession === true ? 0 : this.aws.clock.now()),
          make,
        ),
    })
  }

  #port(client: SecretsManagerClient): SecretsManagerPort {
    return {
      describeSecret: (input) => this.#heard(() => client.send(new DescribeSecretCommand(input))),
      getSecretValue: (input) => this.#heard(() => client.send(new GetSecretValueCommand(input))),
      putSecretValue: ({ RotationToken: given, ...input }) => {
        const { rotationToken = (token) => token } = this.reach
        this.tokens.push(given)
        const VersionStages = [...input.VersionStages]
        const command = { ...input, RotationToken: rotationToken(given), VersionStages }
        return this.#heard(() => client.send(new PutSecretValueCommand(command)))
      },
      updateSecretVersionStage: (input) =>
        this.#heard(() => client.send(new UpdateSecretVersionStageCommand(input))),
    }
  }

  async #heard<Output>(call: () => Promise<Output>): Promise<Output> {
    try {
      return await call()
    } catch (error) {
      this.awsErrors.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
      throw error
    }
  }

  #client(credentials: Omit<LocalCredentials, 'expiration'>): SecretsManagerClient {
    return this.#kept(new SecretsManagerClient(this.#options(credentials)))
  }

  #kept<Client extends { destroy(): void }>(client: Client): Client {
    this.#clients.push(client)
    return client
  }

  #options({ expiration: _, ...signing }: LocalCredentials) {
    // Without its expiry, which is by the model's clock: the SDK would refuse the session by itself.
    return { endpoint: this.#server.url, region: REGION, credentials: signing, maxAttempts: 1 }
  }
}

const ACTIONS = [
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
]

const isFailure = ({ eventName }: ServiceEvent): boolean => eventName === 'RotationFailed'
