import type { FunctionTable } from '../functions/registry.ts'
import type { LocalClock } from '../model/clock.ts'
import type { Random } from '../model/random.ts'
import type { Draw } from '../model/unpublished.ts'
import type { RotationFunctionEvent } from '../secrets/service.ts'
import {
  type AcceptedInvocation,
  retryPolicyOf,
  type ScheduleOutcome,
  type StoredSchedule,
  stateOf,
} from './schedule.ts'

export interface FiringOptions {
  readonly accountId: string
  readonly region: string
  readonly clock: LocalClock
  readonly random: Random
  readonly draw: Draw
  readonly functions: FunctionTable
  readonly mayInvoke: (schedule: StoredSchedule) => boolean
}

/** Lambda's, for asynchronous invocations: two more attempts, after one minute and after two more. */
const LAMBDA_ATTEMPTS = 3
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/**
 * Calls targets. Scheduler hands an event to Lambda and is done: whether the function throws is Lambda's business,
 * which tries it twice more. Only a target that cannot be called counts against the schedule's own RetryPolicy.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class Firing {
  readonly #options: FiringOptions
  readonly #running = new Set<Promise<void>>()
  readonly outcomes: ScheduleOutcome[] = []
  accepted: AcceptedInvocation[] = []

  constructor(options: FiringOptions) {
    this.#options = options
  }

  /** Hands a due schedule's event over, or counts the failure. Answers whether it was due. */
  attempt(schedule: StoredSchedule): boolean {
    const { clock, draw } = this.#options
    const now = clock.now()
    if (
      stateOf(schedule.input) === 'DISABLED' ||
      (schedule.nextAttemptAtMs ?? Number.POSITIVE_INFINITY) > now
    )
      return false
    const functionArn = this.#targetOf(schedule)
    if (functionArn === undefined) {
      this.#countFailure(schedule, now)
      return true
    }
    schedule.nextAttemptAtMs = undefined
    const payload = this.#payloadOf(schedule)
    const times = draw.scheduleFiresTwice() ? 2 : 1
    for (let count = 0; count < times; count += 1)
      this.accepted.push({ scheduleArn: schedule.arn, functionArn, payload, attempt: 1, notBeforeMs: now })
    return true
  }

  invokeDue(): void {
    const now = this.#options.clock.now()
    const due = this.accepted.filter(({ notBeforeMs }) => notBeforeMs <= now)
    this.accepted = this.accepted.filter(({ notBeforeMs }) => notBeforeMs > now)
    for (const invocation of due) {
      const running = this.#invoke(invocation).finally(() => this.#running.delete(running))
      this.#running.add(running)
    }
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #invoke(invocation: AcceptedInvocation): Promise<void> {
    const { scheduleArn, functionArn, payload, attempt } = invocation
    const run = this.#options.functions.get(functionArn)
    // In a later turn, as from another machine.
    await Promise.resolve()
    try {
      // The function parses what it gets; a schedule can send it anything.
      if (typeof run === 'function') await run(structuredClone(payload) as RotationFunctionEvent)
      this.#note(scheduleArn, 'invoked')
    } catch {
      this.#note(scheduleArn, 'function failed')
      if (attempt >= LAMBDA_ATTEMPTS) return this.#note(scheduleArn, 'dropped')
      const notBeforeMs = this.#options.clock.now() + attempt * MINUTE_MS
      this.accepted.push({ ...invocation, attempt: attempt + 1, notBeforeMs })
    }
  }

  /** The function, without a version or an alias, if it can be called. */
  #targetOf(schedule: StoredSchedule): string | undefined {
    const arn = schedule.input.Target.Arn.split(':').slice(0, 7).join(':')
    return this.#options.functions.has(arn) && this.#options.mayInvoke(schedule) ? arn : undefined
  }

  /** Again after a pause that doubles, up to an hour; AWS publishes only that it grows. */
  #countFailure(schedule: StoredSchedule, now: number): void {
    const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = retryPolicyOf(schedule.input)
    const pause = Math.min(MINUTE_MS * 2 ** Math.min(schedule.failedAttempts, 10), HOUR_MS)
    schedule.failedAttempts += 1
    const age = now + pause - (schedule.firstAttemptAtMs ?? now)
    const isOver = schedule.failedAttempts > MaximumRetryAttempts || age > MaximumEventAgeInSeconds * 1_000
    schedule.nextAttemptAtMs = isOver ? undefined : now + pause
    if (isOver) this.#note(schedule.arn, 'dead letter')
  }

  #payloadOf({ arn, input, firstAttemptAtMs = 0, failedAttempts }: StoredSchedule): unknown {
    const { accountId, region, random } = this.#options
    const time = `${new Date(firstAttemptAtMs).toISOString().slice(0, 19)}Z`
    if (input.Target.Input === undefined)
      return {
        version: '0',
        id: random.uuid(),
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        account: accountId,
        time,
        region,
        resources: [arn],
        detail: '{}',
      }
    const filled = input.Target.Input.replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.execution-id>', random.uuid())
      .replaceAll('<aws.scheduler.attempt-number>', String(failedAttempts + 1))
    return JSON.parse(filled)
  }

  #note(scheduleArn: string, outcome: ScheduleOutcome['outcome']): void {
    this.outcomes.push({ scheduleArn, atMs: this.#options.clock.now(), outcome })
  }
}
