import { fromAwsError } from '../../shared/aws/errors.ts'
import type { Applied } from '../../shared/provider/index.ts'
import type { ServerName } from './api.ts'

/** RDS knows no such instance or cluster. */
export const isAbsent = (error: unknown): boolean => /^DB(Instance|Cluster)NotFound/.test(nameOf(error))

/**
 * What an error of a change means where RDS has surely changed nothing: it is at something else, or takes no such password. Throws
 * every other one.
 */
export function withoutChange(error: unknown, { kind, arn }: ServerName): Applied {
  const name = nameOf(error)
  if (/^InvalidDB(Instance|Cluster)State/.test(name)) return { result: 'in-progress' }
  if (name === 'InvalidParameterValue' && error instanceof Error && /password/i.test(error.message))
    return { result: 'refused', reason: error.message }
  const action = kind === 'cluster' ? 'rds:ModifyDBCluster' : 'rds:ModifyDBInstance'
  throw fromAwsError(error, { action, secretId: arn })
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
