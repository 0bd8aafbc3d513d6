import type { Case } from './case.ts'
import { LABEL_CASES } from './labels.ts'
import { READING_CASES } from './reading.ts'
import { ROTATION_CASES } from './rotation.ts'
import { SCHEDULE_CASES } from './schedules.ts'
import { SECRET_CASES } from './secrets.ts'
import { VALUE_CASES } from './values.ts'

export type { Answer, Case, CaseClient, CaseWorld, Fact } from './case.ts'

/** How Secrets Manager behaves, case by case, for the model and for any other endpoint. Each makes secrets of its own. */
export const CASES: readonly Case[] = [
  ...SECRET_CASES,
  ...VALUE_CASES,
  ...READING_CASES,
  ...LABEL_CASES,
  ...ROTATION_CASES,
  ...SCHEDULE_CASES,
]
