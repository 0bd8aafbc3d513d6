import { fromAwsError } from '../aws/errors.ts'
import type { DbCluster, DbInstance, RdsPort } from '../aws/rds-port.ts'
import { idOf, isClusterName, isRdsName } from '../network/rds-names.ts'
import { isNamed } from './aws-names.ts'
import type { StepContext } from './context.ts'

/** The endpoints of a cluster itself, without those of its members. */
export const endpointsOf = ({
  Endpoint,
  ReaderEndpoint,
  CustomEndpoints = [],
}: DbCluster): readonly string[] =>
  [Endpoint, ReaderEndpoint, ...CustomEndpoints].flatMap((one) => one?.toLowerCase() ?? [])

/**
 * Whether RDS of the secret's account has a server of exactly this name. A custom endpoint and a proxy are not found by
 * their name.
 */
export async function isOfAccount(c: StepContext, host: string): Promise<boolean> {
  if (!isRdsName(host)) return false
  if (!isClusterName(host)) return (await instanceAt(c, host)) !== undefined
  const owner = await cluster(c, idOf(host))
  return owner !== undefined && endpointsOf(owner).includes(host)
}

export async function instanceAt(c: StepContext, host: string): Promise<DbInstance | undefined> {
  const found = await instance(c, idOf(host))
  return found?.Endpoint?.Address?.toLowerCase() === host ? found : undefined
}

/** By identifier or ARN; undefined: there is none. */
export const instance = (c: StepContext, DBInstanceIdentifier: string): Promise<DbInstance | undefined> =>
  describe(
    c,
    'DescribeDBInstances',
    'DBInstanceNotFoundFault',
    async (rds) => (await rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0],
  )

export const cluster = (c: StepContext, DBClusterIdentifier: string): Promise<DbCluster | undefined> =>
  describe(
    c,
    'DescribeDBClusters',
    'DBClusterNotFoundFault',
    async (rds) => (await rds.describeDBClusters({ DBClusterIdentifier })).DBClusters?.[0],
  )

async function describe<T>(
  c: StepContext,
  action: string,
  absent: string,
  call: (rds: RdsPort) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { rds } = c.input
  if (rds === undefined) return undefined
  try {
    return await c.input.deadline.limit(() => call(rds))
  } catch (error) {
    if (isNamed(error, absent)) return undefined
    throw fromAwsError(error, { action: `rds:${action}`, secretId: 'the server' })
  }
}
