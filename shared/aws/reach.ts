import type { AwsCredentials, AwsStatement } from '../provider/aws-use.ts'
import type { RdsPort } from './rds-port.ts'
import type { SecretsManagerPort } from './secrets-manager.ts'
import { adminPolicy, rdsPolicy, secretPolicy, targetPolicy } from './session-policy.ts'
import type { Sessions } from './sessions.ts'
import type { SessionCredentials } from './sts-port.ts'

/** Clients of one Region, and what they sign with. */
export interface Clients {
  readonly secretsManager: SecretsManagerPort
  readonly rds: RdsPort
  credentials(): Promise<AwsCredentials>
}

/** The services of one account and Region. */
export interface Ports extends Omit<Clients, 'credentials'> {
  /** What signs the calls of a provider, which may need no more than these statements. */
  credentials(statements: readonly AwsStatement[]): Promise<AwsCredentials>
}

/** Whose rotation it is. */
export interface ReachRequest {
  readonly secretArn: string
  readonly token: string
  readonly functionArn: string
}

export interface ReachOptions {
  /** Name and external id of the role in each account; without it only other Regions are reached. */
  readonly role: { readonly name: string; readonly externalId: string } | undefined
  /** Clients of a Region, by these credentials, or by the function's own. */
  readonly connect: (region: string, credentials?: SessionCredentials) => Clients
  readonly sessions: (make: (credentials: SessionCredentials) => Credentialed) => Sessions<Credentialed>
}

/** Clients by one session, made when a Region is first asked for. */
type Credentialed = (region: string) => Clients

/** The services where a secret lives, for one rotation. */
export type Reach = (request: ReachRequest) => Ports

/**
 * Reaches secrets outside of the function's own account and Region. In its own account by its own role, in another by the
 * role there: a session for the secret, and, where the rotation comes to need them, one for its admin secret, one for RDS and
 * those that a provider asks for, each allowed nothing else.
 */
export function createReach({ role, connect, sessions }: ReachOptions): Reach {
  const kept = sessions((credentials) => byRegion((region) => connect(region, credentials)))
  const own = byRegion((region) => connect(region))
  return ({ secretArn, token, functionArn }) => {
    const [, partition, , region = '', account = ''] = secretArn.split(':')
    if (account === functionArn.split(':')[4]) return own(region)
    if (role === undefined) throw new Error('no role is configured')
    const roleArn = `arn:${partition}:iam::${account}:role/${role.name}`
    const name = sessionNameOf(secretArn, token)
    const by = async (policy: string): Promise<Clients> =>
      (await kept.get({ roleArn, externalId: role.externalId, name, policy }))(region)
    const secrets = async (SecretId: string): Promise<SecretsManagerPort> =>
      (await by(SecretId === secretArn ? secretPolicy(secretArn) : adminPolicy(SecretId))).secretsManager
    const rds = async (): Promise<RdsPort> => (await by(rdsPolicy())).rds
    return {
      secretsManager: {
        describeSecret: async (input) => (await secrets(input.SecretId)).describeSecret(input),
        getSecretValue: async (input) => (await secrets(input.SecretId)).getSecretValue(input),
        putSecretValue: async (input) => (await secrets(input.SecretId)).putSecretValue(input),
        updateSecretVersionStage: async (input) =>
          (await secrets(input.SecretId)).updateSecretVersionStage(input),
      },
      rds: {
        describeDBInstances: async (input) => (await rds()).describeDBInstances(input),
        describeDBClusters: async (input) => (await rds()).describeDBClusters(input),
      },
      credentials: async (statements) => (await by(targetPolicy(statements))).credentials(),
    }
  }
}

function byRegion(connect: (region: string) => Clients): (region: string) => Clients {
  const made = new Map<string, Clients>()
  return (region) => {
    const ports = made.get(region) ?? connect(region)
    made.set(region, ports)
    return ports
  }
}

/** The version and the secret, as far as the 64 characters go. */
export function sessionNameOf(secretArn: string, token: string): string {
  const secret = secretArn.split(':').slice(6).join(':')
  const plain = (text: string): string => text.replaceAll(/[^\w+=,.@-]/g, '-')
  return `${plain(token).slice(0, 36)}.${plain(secret).slice(-27)}`
}
