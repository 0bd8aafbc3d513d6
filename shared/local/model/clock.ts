/** The time that a model sees, in milliseconds since the epoch. */
export interface LocalClock {
  now(): number
  /** Stops the clock at `ms`. From then on only `advance` moves it. */
  set(ms: number): void
  /** Moves the clock on, whether it stands or runs. */
  advance(ms: number): void
}

/** Runs with the machine's clock until it is set. With `startMs` it stands there from the beginning. */
export function createClock(startMs?: number): LocalClock {
  let standsAt = startMs
  let ahead = 0
  return {
    now: () => standsAt ?? Date.now() + ahead,
    set: (ms) => {
      standsAt = ms
    },
    advance: (ms) => {
      if (standsAt === undefined) ahead += ms
      else standsAt += ms
    },
  }
}
