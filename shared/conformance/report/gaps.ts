import type { World } from '../world/world.ts'

/** What the points of a case saw of a strategy that cannot keep every promise: where, and what ended it. */
export class Gaps {
  readonly #where = new Map<string, number>()
  #hands = 0

  /** Takes in what a world saw, when its point is over. */
  add({ record }: World): void {
    if (record.hands > 0) this.#hands += 1
    // What follows the first sight is the same gap.
    const [first] = record.gaps
    if (first === undefined) return
    const call = first.replace(/\(T\d+\)/, '')
    this.#where.set(call, (this.#where.get(call) ?? 0) + 1)
  }

  /** For the notes of the case; none where there was no gap. */
  get notes(): readonly string[] {
    const where = [...this.#where].map(([call, times]) => `${call} ${times}`)
    return [
      ...(where.length === 0 ? [] : [`nothing that was stored signed in after: ${where.join(', ')}`]),
      ...(this.#hands === 0
        ? []
        : [
            `${this.#hands} points were ended by a credential that somebody made by hand, the rest by the rotation itself`,
          ]),
    ]
  }
}
