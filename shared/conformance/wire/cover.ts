import { type Point, pointName } from './point.ts'

/** One run of the story, with what was seen of it. */
export interface RunTrace {
  /** The messages up to the cut, that one included; all of them where nothing was cut. */
  readonly points: readonly Point[]
  /** The point that was cut, where one was. */
  readonly cut: Point | undefined
}

/** Plays the whole story afresh, cut before `at`, and rejects when a promise is broken. */
export type Story = (at: Point | undefined) => Promise<RunTrace>

export interface Coverage {
  /** How points were counted: the name of the framing. */
  readonly framing: string
  /** `turns`: cuts inside one burst of messages were not tried, since the kit does not know the protocol. */
  readonly counts: 'messages' | 'turns'
  /** Every point that some run went through before it was cut. */
  readonly seen: readonly Point[]
  readonly cut: readonly Point[]
  /** Points that no later run came by again, although tried. Empty when the story is deterministic. */
  readonly missed: readonly Point[]
  readonly runs: number
}

export interface CoverOptions {
  readonly framing: { readonly name: string; readonly counts: 'messages' | 'turns' }
  readonly story: Story
  /** Attempts to come by a point again. Default 3. */
  readonly triesPerPoint?: number
  /** Runs at a time; each must have a target and a proxy of its own. Default 1. */
  readonly atOnce?: number
  /** Told after each run. */
  readonly progress?: (coverage: { readonly seen: number; readonly cut: number }) => void
}

/**
 * Records the story, then plays it again once for each point that any run has shown, until all have been cut. Rejects
 * with a `CutError` as soon as a run does; runs that are under way are waited for.
 */
export async function coverEveryPoint(options: CoverOptions): Promise<Coverage> {
  const { framing, story, triesPerPoint = 3, atOnce = 1, progress } = options
  const seen = new Map<string, Point>()
  const cut = new Map<string, Point>()
  const tries = new Map<string, number>()
  let runs = 0

  const play = async (at: Point | undefined): Promise<void> => {
    runs += 1
    const trace = await story(at).catch((error: unknown) => {
      throw at === undefined ? error : new CutError(at, error)
    })
    for (const point of trace.points) seen.set(pointName(point), point)
    if (trace.cut !== undefined) cut.set(pointName(trace.cut), trace.cut)
    progress?.({ seen: seen.size, cut: cut.size })
  }
  const missed = () => [...seen].filter(([name]) => !cut.has(name))

  await play(undefined)
  for (;;) {
    const round = missed().filter(([name]) => (tries.get(name) ?? 0) < triesPerPoint)
    if (round.length === 0) break
    for (const [name] of round) tries.set(name, (tries.get(name) ?? 0) + 1)
    await eachOf(round, atOnce, ([, point]) => play(point))
  }
  return {
    framing: framing.name,
    counts: framing.counts,
    seen: [...seen.values()],
    cut: [...cut.values()],
    missed: missed().map(([, point]) => point),
    runs,
  }
}

/** Takes no further item once one has failed, and rejects with the first failure when nothing is under way any more. */
async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values()
  let hasFailed = false
  const worker = async (): Promise<void> => {
    for (const item of left) {
      try {
        await work(item)
      } catch (error) {
        hasFailed = true
        throw error
      }
      if (hasFailed) return
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  for (const { status, ...rest } of ended) if (status === 'rejected' && 'reason' in rest) throw rest.reason
}

/** `214 points seen, 214 cut`, and what qualifies that. */
export function coverageLine({ framing, counts, seen, cut, missed }: Coverage): string {
  const how =
    counts === 'messages'
      ? `${framing} messages`
      : 'turns, since the kit does not know the protocol: cuts inside a burst were not tried'
  const rest = missed.length === 0 ? '' : `; not met again: ${missed.map(pointName).join(', ')}`
  return `${seen.length} points seen, ${cut.length} cut (${how})${rest}`
}

/** A promise that did not hold when the connection was cut before `point`. */
export class CutError extends Error {
  readonly point: Point

  constructor(point: Point, cause: unknown) {
    super(`cut before ${pointName(point)}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
    this.name = 'CutError'
    this.point = point
  }
}
