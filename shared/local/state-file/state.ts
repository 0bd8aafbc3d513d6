import * as z from 'zod'
import type { LocalAws } from '../accounts/local-aws.ts'
import { WriteScheduleInput } from '../scheduler/inputs.ts'
import { dueTimeOf, type LocalScheduler } from '../scheduler/scheduler.ts'
import { StateError } from './data-file.ts'
import { passing, Region, Snapshot, Time, twiceIn } from './snapshot.ts'

const Schedule = z.object({
  arn: z.string(),
  input: WriteScheduleInput.superRefine(passing(dueTimeOf)),
  createdAtMs: Time,
  modifiedAtMs: Time,
  nextAttemptAtMs: Time.optional(),
  firstAttemptAtMs: Time.optional(),
  failedAttempts: z.int().min(0),
})
const Accepted = z.object({
  scheduleArn: z.string(),
  functionArn: z.string(),
  payload: z.unknown(),
  attempt: z.int().min(1),
  notBeforeMs: Time,
})
type SchedulerState = LocalScheduler['state']
// A member that were not written would be lost with a restart.
Schedule.shape satisfies Record<keyof SchedulerState['schedules'][number], unknown>
Accepted.shape satisfies Record<keyof SchedulerState['accepted'][number], unknown>

const place = { accountId: z.string().regex(/^\d{12}$/), region: Region }
const nameOfPlace = ({ accountId, region }: { accountId: string; region: string }) => `${region}:${accountId}`

const Model = z.object({ ...place, state: Snapshot }).superRefine((model, context) => {
  for (const [at, { arn }] of model.state.secrets.entries())
    if (!arn.startsWith(`arn:aws:secretsmanager:${nameOfPlace(model)}:secret:`))
      context.addIssue({
        code: 'custom',
        path: ['state', 'secrets', at, 'arn'],
        message: 'It is of another account or Region.',
      })
})
const Scheduler = z.object({
  ...place,
  state: z.object({ schedules: z.array(Schedule), accepted: z.array(Accepted) }),
})
const oncePerPlace = <S extends z.ZodType<{ accountId: string; region: string }>>(one: S) =>
  z.array(one).superRefine((all, context) => {
    for (const at of twiceIn(all.map(nameOfPlace)))
      context.addIssue({ code: 'custom', path: [at], message: 'Its account and Region are given twice.' })
  })
const State = z.object({ models: oncePerPlace(Model), schedulers: oncePerPlace(Scheduler) })

/**
 * What all accounts hold in all Regions, as JSON can hold it. Functions, roles and users are made by code and stay out,
 * and so do the sessions of STS.
 */
export function takeState({ accounts }: LocalAws): unknown {
  for (const { models } of accounts) for (const model of models) model.doDue()
  return {
    models: accounts.flatMap(({ id, models }) =>
      models
        .filter(({ isUntouched }) => !isUntouched)
        .map((model) => ({ accountId: id, region: model.region, state: model.snapshot() })),
    ),
    schedulers: accounts.flatMap(({ schedulers }) =>
      schedulers
        .map(({ accountId, region, state }) => ({ accountId, region, state }))
        .filter(({ state }) => state.schedules.length + state.accepted.length > 0),
    ),
  }
}

/**
 * Replaces the state. Throws {@link StateError}, with nothing changed, for what {@link takeState} never answers: each
 * member meets the same parser as in a request.
 */
export function restoreState(aws: LocalAws, given: unknown): void {
  const { models, schedulers } = stateIn(given)
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

function stateIn(given: unknown): z.output<typeof State> {
  const parsed = State.safeParse(given)
  if (parsed.success) return parsed.data
  const [{ path, message } = { path: [], message: 'It cannot be used.' }] = parsed.error.issues
  throw new StateError(`${path.join('.') || 'the state'}: ${message}`)
}
