import { setTimeout } from 'node:timers/promises'

/** The real time, in the shape that the engine asks for. */
export const systemClock = {
  now: (): number => Date.now(),
  /** Resolves after `ms` milliseconds; rejects with an `AbortError` when the signal fires. */
  sleep: async (ms: number, signal: AbortSignal): Promise<void> => {
    await setTimeout(ms, undefined, { signal })
  },
}
