import { BATCH_CASES } from './batches.ts'
import type { Case } from './case.ts'
import { DELETION_CASES } from './deletion.ts'
import { FILTER_CASES } from './filters.ts'
import { LABEL_CASES } from './labels.ts'
import { LIST_CASES } from './lists.ts'
import { PASSWORD_CASES } from './passwords.ts'
import { POLICY_CASES } from './policies.ts'
import { READING_CASES } from './reading.ts'
import { REPLICA_CASES } from './replicas.ts'
import { ROTATION_CASES } from './rotation.ts'
import { SCHEDULE_CASES } from './schedules.ts'
import { SECRET_CASES } from './secrets.ts'
import { VALUE_CASES } from './values.ts'

export {
  type Answer,
  type Case,
  type CaseClient,
  type CaseWorld,
  type Fact,
  missingFor,
  type Need,
  type OtherRegion,
} from './case.ts'

/** How Secrets Manager behaves, case by case, for the model and for any other endpoint. Each makes secrets of its own. */
export const CASES: readonly Case[] = [
  ...SECRET_CASES,
  ...VALUE_CASES,
  ...READING_CASES,
  ...LABEL_CASES,
  ...ROTATION_CASES,
  ...SCHEDULE_CASES,
  ...DELETION_CASES,
  ...LIST_CASES,
  ...FILTER_CASES,
  ...BATCH_CASES,
  ...POLICY_CASES,
  ...PASSWORD_CASES,
  ...REPLICA_CASES,
]
