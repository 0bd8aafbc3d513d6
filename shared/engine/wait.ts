import type { StepContext } from './context.ts'

/** Pauses between looks at a change that a target carries out by itself, in milliseconds; the last one repeats. */
const PAUSES_MS: readonly number[] = [2_000, 3_000, 5_000, 10_000]

/** What is left for the rest of the step when the waiting ends, in milliseconds. */
const REST_MS = 15_000

/**
 * Does `look`, and again after a pause while its answer says that a change is under way, until the step has no more time to
 * spare. A repeat of the step waits on.
 */
export async function untilDone<T>(
  c: StepContext,
  look: () => Promise<T>,
  isUnderWay: (answer: T) => boolean,
): Promise<T> {
  const { clock, deadline, settings } = c.input
  const pauses = settings.changeDelaysMs ?? PAUSES_MS
  let answer = await look()
  for (let at = 0; isUnderWay(answer); at += 1) {
    const pause = pauses[Math.min(at, pauses.length - 1)]
    if (pause === undefined || deadline.timeLeftMs() < pause + REST_MS) break
    await clock.sleep(pause, deadline.signal)
    answer = await look()
  }
  return answer
}
