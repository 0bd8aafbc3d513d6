import type { WriteSchedule } from './inputs.ts'

/** A schedule as it is kept. Plain data. */
export interface StoredSchedule {
  readonly arn: string
  readonly input: WriteSchedule
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  /** When its target is to be called next. `undefined` when that is over, or will never be. */
  nextAttemptAtMs: number | undefined
  /** The first attempt that was due; the age of the event counts from it. */
  readonly firstAttemptAtMs: number | undefined
  failedAttempts: number
}

/** An asynchronous invocation that Lambda has accepted. Plain data. */
export interface AcceptedInvocation {
  readonly scheduleArn: string
  readonly functionArn: string
  readonly payload: unknown
  /** From 1. Lambda tries a function that throws twice more. */
  readonly attempt: number
  readonly notBeforeMs: number
}

/** What a schedule's end looks like from outside, for tests. */
export interface ScheduleOutcome {
  readonly scheduleArn: string
  readonly atMs: number
  /**
   * `invoked` and `function failed` are of one invocation; `dropped` is Lambda's end after three; `dead letter` is
   * Scheduler's, which could not reach the target.
   */
  readonly outcome: 'invoked' | 'function failed' | 'dropped' | 'dead letter'
}

export const DEFAULT_GROUP = 'default'

/** AWS's defaults. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
export function retryPolicyOf({ Target: { RetryPolicy = {} } }: WriteSchedule) {
  const { MaximumEventAgeInSeconds = 86_400, MaximumRetryAttempts = 185 } = RetryPolicy
  return { MaximumEventAgeInSeconds, MaximumRetryAttempts }
}

/** What GetSchedule answers. */
export function describeSchedule({ arn, input, createdAtMs, modifiedAtMs }: StoredSchedule) {
  const { ClientToken: _, ...shown } = input
  return {
    ...shown,
    Arn: arn,
    GroupName: groupOf(input),
    ScheduleExpressionTimezone: input.ScheduleExpressionTimezone ?? 'UTC',
    State: stateOf(input),
    ActionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
    Target: { ...input.Target, RetryPolicy: retryPolicyOf(input) },
    CreationDate: new Date(createdAtMs),
    LastModificationDate: new Date(modifiedAtMs),
  }
}

/** What ListSchedules answers of each. */
export function summariseSchedule({ arn, input, createdAtMs, modifiedAtMs }: StoredSchedule) {
  return {
    Arn: arn,
    Name: input.Name,
    GroupName: groupOf(input),
    State: stateOf(input),
    CreationDate: new Date(createdAtMs),
    LastModificationDate: new Date(modifiedAtMs),
    Target: { Arn: input.Target.Arn },
  }
}

export const groupOf = ({ GroupName }: Pick<WriteSchedule, 'GroupName'>): string => GroupName ?? DEFAULT_GROUP

export const stateOf = ({ State }: WriteSchedule): 'ENABLED' | 'DISABLED' => State ?? 'ENABLED'
