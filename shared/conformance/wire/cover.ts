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
  /** Points of the first run, which a fault has not changed. */
  #undisturbed: ReadonlySet<string> = new Set()
  /** Points that another case covers. */
  #others: ReadonlySet<string> = new Set()
  readonly #met = new Set<string>()
  readonly #tries = new Map<string, number>()

  /** `triesPerPoint`: how often a point is looked for, at most. */
  constructor(framing: Counted, triesPerPoint = 3) {
    this.#framing = framing
    this.#triesPerPoint = triesPerPoint
  }

  /** `points`: what a run went through; `met`: where it was disturbed. */
  add(points: readonly Point[], met?: Point): void {
    for (const point of points)
      if (!this.#others.has(pointName(point))) this.#seen.set(pointName(point), point)
    if (met !== undefined) this.#met.add(pointName(met))
  }

  /** After the first run: of its points every `of`-th stays, from `from` on; what later runs add always counts. */
  share(from: number, of: number): void {
    const names = [...this.#seen.keys()]
    this.#undisturbed = new Set(names)
    this.#others = new Set(names.filter((_name, at) => at % of !== from))
    for (const name of this.#others) this.#seen.delete(name)
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
    const names = this.missed.map(pointName)
    const missed = names.filter((point) => this.#undisturbed.has(point))
    const passing = names.filter((point) => !this.#undisturbed.has(point))
    const rest = [
      ...(missed.length === 0 ? [] : [`; not met again: ${missed.join(', ')}`]),
      // Such as what a server says when it was kept waiting for long: it depends on the moment.
      ...(passing.length === 0 ? [] : [`; shown only by a disturbed run, once: ${passing.join(', ')}`]),
    ].join('')
    return `${this.#seen.size} points seen, ${this.#met.size} ${done} (${how})${rest}`
  }
}
