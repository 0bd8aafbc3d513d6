import * as z from 'zod'
import type { LocalAws } from './local-aws.ts'
import { WriteScheduleInput } from './scheduler/inputs.ts'
import type { LocalScheduler } from './scheduler/scheduler.ts'
import { Snapshot } from './snapshot.ts'

const Schedule = z.object({
  arn: z.string(),
  input: WriteScheduleInput,
  createdAtMs: z.number(),
  modifiedAtMs: z.number(),
  nextAttemptAtMs: z.number().optional(),
  firstAttemptAtMs: z.number().optional(),
  failedAttempts: z.int(),
})
const Accepted = z.object({
  scheduleArn: z.string(),
  functionArn: z.string(),
  payload: z.unknown(),
  attempt: z.int(),
  notBeforeMs: z.number(),
})
type SchedulerState = LocalScheduler['state']
// A member that were not written would be lost with a restart.
Schedule.shape satisfies Record<keyof SchedulerState['schedules'][number], unknown>
Accepted.shape satisfies Record<keyof SchedulerState['accepted'][number], unknown>

const place = { accountId: z.string().regex(/^\d{12}$/), region: z.string() }
const State = z.object({
  models: z.array(z.object({ ...place, state: Snapshot })),
  schedulers: z.array(
    z.object({ ...place, state: z.object({ schedules: z.array(Schedule), accepted: z.array(Accepted) }) }),
  ),
})

/**
 * What all accounts hold in all Regions, as JSON can hold it. Functions, roles and users are made by code and stay out,
 * and so do the sessions of STS.
 */
export const takeState = (aws: LocalAws): unknown => ({
  models: aws.accounts.flatMap(({ id, models }) =>
    models
      .filter(({ isUntouched }) => !isUntouched)
      .map((model) => ({ accountId: id, region: model.region, state: model.snapshot() })),
  ),
  schedulers: aws.accounts.flatMap(({ schedulers }) =>
    schedulers
      .map(({ accountId, region, state }) => ({ accountId, region, state }))
      .filter(({ state }) => state.schedules.length + state.accepted.length > 0),
  ),
})

/** Replaces the state. Throws, with nothing changed, for what {@link takeState} never answers. */
export function restoreState(aws: LocalAws, given: unknown): void {
  const { models, schedulers } = State.parse(given)
  for (const { accountId, region, state } of models)
    aws.account(accountId).secretsManager(region).restore(state)
  for (const { accountId, region, state } of schedulers)
    aws.account(accountId).scheduler(region).state = {
      accepted: state.accepted,
      schedules: state.schedules.map((schedule) => ({
        ...schedule,
        nextAttemptAtMs: schedule.nextAttemptAtMs,
        firstAttemptAtMs: schedule.firstAttemptAtMs,
      })),
    }
}
