import { type Point, pointName } from './point.ts'

/** What the points of a run are counted by. */
export interface Counted {
  readonly name: string
  readonly counts: 'messages' | 'turns'
}

/**
 * Which points any run has shown, and which of them were met again and disturbed. A run that is disturbed may show
 * points that no run before has shown.
 */
export class Coverage {
  readonly #framing: Counted
  readonly #triesPerPoint: number
  readonly #seen = new Map<string, Point>()
  readonly #met = new Set<string>()
  readonly #tries = new Map<string, number>()

  /** `triesPerPoint`: how often a point is looked for, at most. */
  constructor(framing: Counted, triesPerPoint = 3) {
    this.#framing = framing
    this.#triesPerPoint = triesPerPoint
  }

  /** `points`: what a run went through; `met`: where it was disturbed. */
  add(points: readonly Point[], met?: Point): void {
    for (const point of points) this.#seen.set(pointName(point), point)
    if (met !== undefined) this.#met.add(pointName(met))
  }

  /** The points to look for next; none when each was met, or was looked for often enough. Counts as a try. */
  round(): readonly Point[] {
    const due = this.missed.filter((point) => (this.#tries.get(pointName(point)) ?? 0) < this.#triesPerPoint)
    for (const point of due) {
      const name = pointName(point)
      this.#tries.set(name, (this.#tries.get(name) ?? 0) + 1)
    }
    return due
  }

  /** Points that no later run came by again. Empty when runs are alike. */
  get missed(): readonly Point[] {
    return [...this.#seen].filter(([name]) => !this.#met.has(name)).map(([, point]) => point)
  }

  /** `214 points seen, 214 cut (postgres messages)`, and what qualifies that. `done`: what a point met was. */
  line(done: string): string {
    const { name, counts } = this.#framing
    const how =
      counts === 'messages'
        ? `${name} messages`
        : `${name}, since the kit does not know the protocol: what lies within a burst was not tried`
    const { missed } = this
    const rest = missed.length === 0 ? '' : `; not met again: ${missed.map(pointName).join(', ')}`
    return `${this.#seen.size} points seen, ${this.#met.size} ${done} (${how})${rest}`
  }
}
