import { OPERATION_NAMES } from '../operations/index.ts'
import { SCHEDULER_OPERATIONS } from './scheduler.ts'
import { STS_OPERATIONS } from './sts.ts'

/** Every operation that is answered, by the name that SDKs and the AWS CLI have for its service. */
export const SERVED_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  secretsmanager: OPERATION_NAMES,
  sts: STS_OPERATIONS,
  scheduler: SCHEDULER_OPERATIONS,
  lambda: ['Invoke'],
}
