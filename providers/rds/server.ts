import { idOf, isClusterName } from '../../shared/network/rds-names.ts'
import { QuarterturnError } from '../../shared/provider/index.ts'
import type { Described, ServerName } from './api.ts'
import { BINDING } from './note.ts'
import type { RdsSecret } from './schema.ts'

/** The instance or cluster that the secret names, in the account and Region of the secret. */
export function nameOf({ host }: RdsSecret, secretArn: string): ServerName {
  const [, partition, , region, account] = secretArn.split(':')
  const isCluster = isClusterName(host)
  const id = idOf(host)
  const kind = isCluster ? 'cluster' : 'instance'
  return { kind, id, arn: `arn:${partition}:rds:${region}:${account}:${isCluster ? 'cluster' : 'db'}:${id}` }
}

/** Why nothing is said of any credential, and nothing changed. */
export interface Barrier {
  readonly verdict: 'barred'
  readonly reason: string
  readonly code: 'TARGET_NOT_BOUND' | 'TARGET_READ_ONLY' | 'CREDENTIAL_OWNED_BY_SERVICE'
}

/** Why nothing may be changed or told there, as a verdict of whatever is asked; undefined where the server is the secret's. */
export function whyNot(
  server: ServerName,
  described: Described | undefined,
  secret: RdsSecret,
  secretArn: string,
): Barrier | undefined {
  const what = `the ${server.kind} ${server.id}`
  const barred = (reason: string, code: Barrier['code'] = 'TARGET_NOT_BOUND'): Barrier => ({
    verdict: 'barred',
    reason,
    code,
  })
  if (described === undefined) return barred(`RDS knows no ${server.kind} ${server.id}`)
  const { Host, Port, MasterUsername, MasterUserSecret, tags } = described
  if (described.clusterId !== undefined)
    return barred(
      `${what} is a member of the cluster ${described.clusterId}, which has the admin user; \`host\` is to be its writer endpoint`,
    )
  if (described.replicaOf !== undefined)
    return barred(`${what} is a replica of ${described.replicaOf}`, 'TARGET_READ_ONLY')
  if (MasterUserSecret !== undefined)
    return barred(`RDS keeps the password of ${what} in ${MasterUserSecret}`, 'CREDENTIAL_OWNED_BY_SERVICE')
  if (tags.get(BINDING) !== secretArn)
    return barred(
      `the tag \`${BINDING}\` of ${what} ${tags.has(BINDING) ? 'names another secret' : 'is missing'}; its value is to be ${secretArn}`,
    )
  if (Host?.toLowerCase() !== secret.host)
    return barred(
      `\`host\` is not the ${server.kind === 'cluster' ? 'writer endpoint' : 'endpoint'} of ${what}`,
    )
  if (Port !== secret.port) return barred(`\`port\` is not that of ${what}`)
  if (MasterUsername !== secret.username) return barred(`\`username\` is not the admin user of ${what}`)
  return undefined
}

/** What keeps a state for good, until somebody does something about it. */
const LASTING = /^(?:stopped|failed|storage-full|inaccessible-|incompatible-|insufficient-|restore-error)/
/** The password is what it is, and may be changed. */
const SETTLED: readonly (string | undefined)[] = ['available', 'storage-optimization']

export type Condition =
  | { readonly is: 'settled' }
  | { readonly is: 'changing' | 'down'; readonly reason: string }

/** What RDS is doing with the server. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
export function conditionOf(
  server: ServerName,
  { Status = 'unknown', isPasswordPending }: Described,
): Condition {
  const what = `the ${server.kind} ${server.id}`
  if (isPasswordPending) return { is: 'changing', reason: `RDS is changing the password of ${what}` }
  if (SETTLED.includes(Status)) return { is: 'settled' }
  return { is: LASTING.test(Status) ? 'down' : 'changing', reason: `${what} is ${Status}` }
}

export const asError = ({ reason, code }: Barrier): QuarterturnError =>
  new QuarterturnError(code, { problem: reason })
