import type { DbCluster, DbInstance } from '../aws/rds-port.ts'
import type { SecretDescription } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import { idOf, isClusterName, isRdsName } from '../network/rds-names.ts'
import type { StoredSecret } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import { cluster, endpointsOf, instance, instanceAt } from './rds-look-up.ts'

/** The server whose master secret RDS keeps. */
export interface ManagedByRds {
  readonly kind: 'instance' | 'cluster'
  readonly arn: string
}

const OWNER = 'rds'
/** Compared in lower case: both spellings have been seen. */
const INSTANCE_TAG = 'aws:rds:primarydbinstancearn'
const CLUSTER_TAG = 'aws:rds:primarydbclusterarn'

/** Tags that begin with `aws:` are AWS's alone, so they cannot be made up. Undefined: RDS does not keep this secret. */
export function managedBy({ OwningService, Tags = [] }: SecretDescription): ManagedByRds | undefined {
  if (OwningService !== OWNER) return undefined
  const tag = (name: string): string | undefined => Tags.find(({ Key }) => Key?.toLowerCase() === name)?.Value
  const instance = tag(INSTANCE_TAG)
  if (instance !== undefined) return { kind: 'instance', arn: instance }
  const cluster = tag(CLUSTER_TAG)
  return cluster === undefined ? undefined : { kind: 'cluster', arn: cluster }
}

/** The tags of the server, which may give the consent that a secret kept by RDS cannot carry. */
export async function tagsAtRds(
  c: StepContext,
  managed: ManagedByRds,
  adminArn: string,
): Promise<SecretDescription['Tags']> {
  const { TagList } = await ownerOf(c, managed, adminArn)
  return TagList
}

/** What the master secret of RDS leaves out, by the names of AWS's format. */
export async function completedByRds(
  c: StepContext,
  managed: ManagedByRds,
  adminArn: string,
): Promise<StoredSecret> {
  const owner = await ownerOf(c, managed, adminArn)
  const { host, port } = endpointOf(owner)
  if (host === undefined || port === undefined || owner.Engine === undefined)
    throw new QuarterturnError('ADMIN_INVALID', {
      problem: `RDS names no endpoint of the ${managed.kind} that the admin secret belongs to`,
    })
  return { engine: owner.Engine, host, port }
}

function endpointOf(owner: DbInstance | DbCluster): { host?: string | undefined; port?: number | undefined } {
  const { Endpoint } = owner
  if (typeof Endpoint === 'object') return { host: Endpoint.Address, port: Endpoint.Port }
  return { host: Endpoint, port: 'Port' in owner ? owner.Port : undefined }
}

/** The instance or cluster, which must name this secret as its own. */
async function ownerOf(
  c: StepContext,
  { kind, arn }: ManagedByRds,
  adminArn: string,
): Promise<DbInstance | DbCluster> {
  const owner = kind === 'instance' ? await instance(c, arn) : await cluster(c, arn)
  if (owner === undefined || owner.MasterUserSecret?.SecretArn !== adminArn)
    throw new QuarterturnError('ADMIN_INVALID', {
      problem: `the admin secret is not the master secret of a ${kind} that RDS knows`,
    })
  return owner
}

/**
 * Whether `endpoint` is a replica, a reader or another member of the server whose writer is `writer`, as RDS tells. A name
 * of RDS begins with the identifier; RDS must then give back exactly that name.
 */
export async function isOneServer(
  c: StepContext,
  { writer, endpoint }: { readonly writer: string; readonly endpoint: string },
): Promise<boolean> {
  if (![writer, endpoint].every(isRdsName)) return false
  if (isClusterName(writer)) {
    const owner = await cluster(c, idOf(writer))
    if (owner?.Endpoint?.toLowerCase() !== writer) return false
    if (endpoint !== writer && endpointsOf(owner).includes(endpoint)) return true
    const member = isClusterName(endpoint) ? undefined : await instanceAt(c, endpoint)
    return (
      member?.DBClusterIdentifier !== undefined && member.DBClusterIdentifier === owner.DBClusterIdentifier
    )
  }
  if (isClusterName(endpoint)) return false
  const replica = await instanceAt(c, endpoint)
  const source = replica?.ReadReplicaSourceDBInstanceIdentifier
  return source !== undefined && (await instanceAt(c, writer))?.DBInstanceIdentifier === source
}
