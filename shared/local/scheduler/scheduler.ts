import type { FunctionTable } from '../functions/registry.ts'
import type { LocalClock } from '../model/clock.ts'
import type { Random } from '../model/random.ts'
import type { Draw } from '../model/unpublished.ts'
import { groupNotFound, scheduleExists, scheduleNotFound, schedulerInvalid } from './errors.ts'
import { dueAt } from './expression.ts'
import { Firing } from './firing.ts'
import type { ListSchedules, NamedSchedule, WriteSchedule } from './inputs.ts'
import {
  DEFAULT_GROUP,
  describeSchedule,
  groupOf,
  type ScheduleOutcome,
  type StoredSchedule,
  stateOf,
  summariseSchedule,
} from './schedule.ts'

export interface LocalSchedulerOptions {
  readonly accountId: string
  readonly region: string
  readonly clock: LocalClock
  readonly random: Random
  readonly draw: Draw
  readonly functions: FunctionTable
  /** Whether the role lets Scheduler invoke the function, now. */
  readonly mayInvoke: (schedule: StoredSchedule) => boolean
}

const MINUTE_MS = 60_000
const PAGE = 100

/**
 * EventBridge Scheduler of one account and Region, as far as one-time schedules that invoke a function go.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
 */
export class LocalScheduler {
  readonly accountId: string
  readonly region: string
  readonly #options: LocalSchedulerOptions
  readonly #firing: Firing
  /** By ARN. */
  readonly #schedules = new Map<string, StoredSchedule>()
  readonly #groups = new Set([DEFAULT_GROUP])

  constructor(options: LocalSchedulerOptions) {
    this.accountId = options.accountId
    this.region = options.region
    this.#options = options
    this.#firing = new Firing(options)
  }

  /** Makes a group of schedules, as a stack does. A repeat does nothing. */
  addGroup(name: string): void {
    this.#groups.add(name)
  }

  /** The same name again is a repeat when the token and everything else are the same, else a conflict. */
  create(input: WriteSchedule): { readonly ScheduleArn: string } {
    this.#requireGroup(input)
    const schedule = this.#made(input, this.#options.clock.now())
    const existing = this.#schedules.get(schedule.arn)
    if (existing === undefined) this.#schedules.set(schedule.arn, schedule)
    else if (input.ClientToken === undefined || !isSame(existing.input, input))
      throw scheduleExists(input.Name)
    return { ScheduleArn: schedule.arn }
  }

  /** Replaces the schedule as a whole: what is left out has its default again. */
  update(input: WriteSchedule): { readonly ScheduleArn: string } {
    const { createdAtMs } = this.#find(input)
    const schedule = this.#made(input, createdAtMs)
    this.#schedules.set(schedule.arn, schedule)
    return { ScheduleArn: schedule.arn }
  }

  get(named: NamedSchedule): ReturnType<typeof describeSchedule> {
    return describeSchedule(this.#find(named))
  }

  delete(named: NamedSchedule): Record<string, never> {
    this.#schedules.delete(this.#find(named).arn)
    return {}
  }

  list({ GroupName, NamePrefix = '', State, MaxResults = PAGE, NextToken }: ListSchedules) {
    this.#requireGroup({ GroupName })
    const found = [...this.#schedules.values()]
      .filter(
        ({ input }) =>
          input.Name.startsWith(NamePrefix) &&
          (State ?? stateOf(input)) === stateOf(input) &&
          (GroupName ?? groupOf(input)) === groupOf(input),
      )
      .sort((one, other) => (one.input.Name < other.input.Name ? -1 : 1))
    const start = NextToken === undefined ? 0 : Number(/^from-(\d{1,7})$/.exec(NextToken)?.[1])
    if (Number.isNaN(start)) throw schedulerInvalid('Invalid NextToken.')
    const end = start + MaxResults
    return {
      Schedules: found.slice(start, end).map(summariseSchedule),
      ...(end < found.length ? { NextToken: `from-${end}` } : {}),
    }
  }

  arnOf({ Name, GroupName = DEFAULT_GROUP }: NamedSchedule): string {
    return `arn:aws:scheduler:${this.region}:${this.accountId}:schedule/${GroupName}/${Name}`
  }

  /** Does what is due by the clock; answers the ARNs of the schedules whose target was called or tried. */
  runDue(): string[] {
    const due = [...this.#schedules.values()].filter((schedule) => this.#firing.attempt(schedule))
    for (const schedule of due)
      if (schedule.nextAttemptAtMs === undefined && schedule.input.ActionAfterCompletion === 'DELETE')
        this.#schedules.delete(schedule.arn)
    this.#firing.invokeDue()
    return due.map(({ arn }) => arn)
  }

  /** Resolves when no invocation is under way. Never rejects for a function that fails. */
  settled(): Promise<void> {
    return this.#firing.settled()
  }

  /** What became of invocations so far, oldest first. */
  get outcomes(): readonly ScheduleOutcome[] {
    return this.#firing.outcomes
  }

  /** The state, as JSON can hold it. Invocations under way are not part of it. */
  get state() {
    return { schedules: [...this.#schedules.values()], accepted: this.#firing.accepted }
  }

  set state({ schedules, accepted }) {
    this.#schedules.clear()
    for (const schedule of schedules) {
      this.#schedules.set(schedule.arn, schedule)
      this.#groups.add(groupOf(schedule.input))
    }
    this.#firing.accepted = accepted
  }

  #made(input: WriteSchedule, createdAtMs: number): StoredSchedule {
    const now = this.#options.clock.now()
    const at = this.#attemptAt(dueTimeOf(input), input)
    return {
      arn: this.arnOf(input),
      input,
      createdAtMs,
      modifiedAtMs: now,
      nextAttemptAtMs: at,
      firstAttemptAtMs: at,
      failedAttempts: 0,
    }
  }

  #attemptAt(dueAtMs: number, { FlexibleTimeWindow }: WriteSchedule): number | undefined {
    const { clock, draw, random } = this.#options
    // The minute of its time is not over yet.
    if (dueAtMs + MINUTE_MS <= clock.now()) return draw.pastScheduleFires() ? clock.now() : undefined
    const window = (FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * MINUTE_MS
    return dueAtMs + draw.scheduleDelayMs() + random.below(window + 1)
  }

  #find(named: NamedSchedule): StoredSchedule {
    this.#requireGroup(named)
    const found = this.#schedules.get(this.arnOf(named))
    if (found === undefined) throw scheduleNotFound(named.Name)
    return found
  }

  #requireGroup({ GroupName }: { readonly GroupName?: string | undefined }): void {
    if (GroupName !== undefined && !this.#groups.has(GroupName)) throw groupNotFound(GroupName)
  }
}

/** When the schedule is due. Throws `ValidationException` for what is no schedule although it has the form of one. */
export function dueTimeOf({ Target, ScheduleExpression, ScheduleExpressionTimezone }: WriteSchedule): number {
  requireJson(Target.Input)
  return dueAt(ScheduleExpression, ScheduleExpressionTimezone ?? 'UTC')
}

function requireJson(input: string | undefined): void {
  try {
    if (input !== undefined) JSON.parse(input)
  } catch {
    throw schedulerInvalid(
      'Invalid RequestJson provided. Reason: the Input for a Lambda function must be JSON.',
    )
  }
}

const isSame = (one: WriteSchedule, other: WriteSchedule): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
