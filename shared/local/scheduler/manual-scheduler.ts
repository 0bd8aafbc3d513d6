import type { Schedule, SchedulerPort } from '../../aws/scheduler-port.ts'
import type { LocalClock } from '../model/clock.ts'

/** A schedule as it stands, with when it is due in milliseconds since the epoch. */
export interface StandingSchedule {
  readonly name: string
  readonly dueAt: number
  /** The event that it invokes its function with. */
  readonly event: unknown
}

/**
 * EventBridge Scheduler with one-time schedules, as far as retirement uses it: names are taken once in their group, a
 * schedule stays when it has run, and it may run more than once or late. It invokes nobody: a test takes what is due.
 */
export class ManualScheduler implements SchedulerPort {
  readonly #clock: LocalClock
  readonly #schedules = new Map<string, Schedule>()

  constructor(clock: LocalClock) {
    this.#clock = clock
  }

  async createSchedule(input: Schedule): Promise<object> {
    const key = keyOf(input)
    if (this.#schedules.has(key)) throw named('ConflictException')
    if (!/^[0-9A-Za-z_.-]{1,64}$/.test(input.Name) || !Number.isFinite(dueAt(input)))
      throw named('ValidationException')
    this.#schedules.set(key, structuredClone(input))
    return {}
  }

  async getSchedule(input: Pick<Schedule, 'Name' | 'GroupName'>): Promise<Schedule> {
    const schedule = this.#schedules.get(keyOf(input))
    if (schedule === undefined) throw named('ResourceNotFoundException')
    return structuredClone(schedule)
  }

  async deleteSchedule(input: Pick<Schedule, 'Name' | 'GroupName'>): Promise<object> {
    if (!this.#schedules.delete(keyOf(input))) throw named('ResourceNotFoundException')
    return {}
  }

  /** Every schedule that has not been deleted. */
  standing(): StandingSchedule[] {
    return [...this.#schedules.values()].map((one) => ({
      name: one.Name,
      dueAt: dueAt(one),
      event: JSON.parse(one.Target.Input) as unknown,
    }))
  }

  /** Those whose time has come, the earliest first. */
  due(): StandingSchedule[] {
    const now = this.#clock.now()
    return this.standing()
      .filter((one) => one.dueAt <= now)
      .toSorted((a, b) => a.dueAt - b.dueAt)
  }
}

const keyOf = ({ Name, GroupName }: Pick<Schedule, 'Name' | 'GroupName'>): string => `${GroupName}/${Name}`

const dueAt = ({ ScheduleExpression }: Schedule): number =>
  Date.parse(`${/^at\((.+)\)$/.exec(ScheduleExpression)?.[1] ?? ''}Z`)

const named = (name: string): Error => Object.assign(new Error(name), { name })
