import type { AccountCase } from './account-case.ts'
import { KEY_CASES } from './keys.ts'
import { PERMISSION_CASES } from './permissions.ts'
import { SCHEDULE_CASES } from './schedules.ts'
import { STS_CASES } from './sts.ts'

export type { AccountCase, AccountWorld } from './account-case.ts'

/** How accounts, roles and schedules behave, case by case. */
export const ACCOUNT_CASES: readonly AccountCase[] = [
  ...KEY_CASES,
  ...STS_CASES,
  ...PERMISSION_CASES,
  ...SCHEDULE_CASES,
]
