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
  readonly progress?: (coverage: { readonly seen: number; readonly cut: number }) => void
}

/**
 * Records the story, then plays it again once for each point that any run has shown, until all have been cut. Rejects
 * as soon as a run does, naming the point.
 */
export async function coverEveryPoint(options: CoverOptions): Promise<Coverage> {
  const { framing, story, triesPerPoint = 3, progress } = options
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
  const nextPoint = (): Point | undefined => {
    for (const [name, point] of seen)
      if (!cut.has(name) && (tries.get(name) ?? 0) < triesPerPoint) return point
    return undefined
  }

  await play(undefined)
  for (let at = nextPoint(); at !== undefined; at = nextPoint()) {
    const name = pointName(at)
    tries.set(name, (tries.get(name) ?? 0) + 1)
    await play(at)
  }
  return {
    framing: framing.name,
    counts: framing.counts,
    seen: [...seen.values()],
    cut: [...cut.values()],
    missed: [...seen].filter(([name]) => !cut.has(name)).map(([, point]) => point),
    runs,
  }
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
