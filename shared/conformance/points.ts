import type { Strategy } from '../provider/contract.ts'
import { canaries, found, leaksIn } from './leaks/leaks.ts'
import { capture } from './leaks/printed.ts'
import type { ConformanceOptions } from './options.ts'
import { Gaps } from './report/gaps.ts'
import { ConformanceFailure, labelsOf, stateOf } from './report/story.ts'
import { World } from './world/world.ts'

/** One thing that is tried in a world of its own. */
export interface Point {
  /** Stable for one provider and seed; what `only` takes. */
  readonly id: string
  readonly strategy: Strategy
  /** What is expected, in words, for the story of a failure. */
  readonly expects: string
  /** Makes its world. Default: one at the target itself. */
  open?(options: ConformanceOptions): Promise<World>
  /** Plays it. Answers what is broken, or undefined. May tell what was there before, for the story. */
  play(world: World, before: (state: string) => void): Promise<string | undefined>
}

/** After this many failures a case has made itself clear. */
const ENOUGH_FAILURES = 3

/** A case that cannot be tried here. */
export class Skipped {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/** What a case is run with: the options, and the count of what it tried. */
export class Trial {
  readonly options: ConformanceOptions
  readonly name: string
  /** Points that were played and held. */
  held = 0
  readonly notes: string[] = []
  readonly #gaps = new Gaps()

  constructor(options: ConformanceOptions, name: string) {
    this.options = options
    this.name = name
  }

  /** What was counted, and what could not be tried or kept. */
  get allNotes(): readonly string[] {
    return [...this.notes, ...this.#gaps.notes]
  }

  /** True unless `only` names another point. */
  wants(id: string): boolean {
    const { only } = this.options
    return only === undefined || only === id
  }

  /**
   * Plays every point, several at a time. Rejects with the smallest story when a promise did not hold; after a few
   * failures the rest is not played.
   */
  async all(points: readonly Point[], atOnce = this.options.atOnce ?? 4): Promise<void> {
    const wanted = points.filter(({ id }) => this.wants(id))
    const failures: ConformanceFailure[] = []
    let next = 0
    let done = 0
    const worker = async (): Promise<void> => {
      for (;;) {
        const point = wanted[next]
        if (point === undefined || failures.length >= ENOUGH_FAILURES) return
        next += 1
        const failure = await this.#one(point)
        if (failure === undefined) this.held += 1
        else failures.push(failure)
        done += 1
        this.options.onProgress?.({ name: this.name, done, of: wanted.length })
      }
    }
    const workers = Array.from({ length: atOnce }, worker)
    await Promise.all(workers)
    const smallest = failures.toSorted((a, b) => a.message.length - b.message.length)[0]
    if (smallest !== undefined) throw smallest
  }

  /** Looks at a world without counting it as a point. */
  async look<T>(strategy: Strategy, work: (world: World) => T | Promise<T>): Promise<T> {
    const world = await World.open(this.options, strategy)
    try {
      return await work(world)
    } finally {
      await world.close()
    }
  }

  async #one(point: Point): Promise<ConformanceFailure | undefined> {
    const world = await (point.open?.(this.options) ?? World.open(this.options, point.strategy))
    let before = `${labelsOf(world)}; nothing was changed yet`
    const printed = capture()
    try {
      const broken = await point
        .play(world, (state) => {
          before = state
        })
        .catch((error: unknown) => `the point could not be played: ${String(error)}`)
      const problem =
        broken ??
        leaksIn(world) ??
        (found(printed.text, canaries(world)) > 0
          ? 'never leaks: a credential or token is printed'
          : undefined)
      return problem === undefined ? undefined : await this.#failure(point, world, problem, before)
    } finally {
      printed.end()
      this.#gaps.add(world)
      await world.close()
    }
  }

  async #failure(point: Point, world: World, broken: string, before: string): Promise<ConformanceFailure> {
    const repeat =
      this.options.repeatCommand ?? ((id) => `conformanceCases({ …, only: ${JSON.stringify(id)} })`)
    const story = [
      `  point     ${point.id} (${point.strategy})`,
      `  expected  ${point.expects}`,
      `  before    ${before}`,
      `  now       ${await stateOf(world)}`,
      ...world.record.trace.map((line, at) => `  ${at === 0 ? 'happened ' : '         '} ${line}`),
      `  repeat    ${repeat(point.id)}`,
    ]
    return new ConformanceFailure(point.id, broken, story.join('\n'))
  }
}
