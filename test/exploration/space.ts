import type { Machine } from './engine.ts'
import { hands } from './hands.ts'
import { movesOf } from './machine.ts'
import {
  keyOfSleeper,
  keyOfState,
  named,
  type Passwords,
  type Renaming,
  renamed,
  versionsOf,
} from './naming.ts'
import { isOldAgain } from './promises.ts'
import { rotate, strip } from './secrets.ts'
import { isMintKind, newSleeper, type Sleeper, type State, withFate } from './state.ts'
import { changeFinished } from './unproven-target.ts'
import { isOver, type Presumed } from './variants.ts'

export interface Bounds {
  /**
   * Steps are also delivered for a token that has lost AWSPENDING. They end at their first look, so they are left out by
   * default; a rule under trial may be the one that ends them.
   */
  readonly anyToken?: boolean
  /** Invocations alive at once. */
  readonly invocations: number
  /** Whether containers have seen a token before, so that a step reads labels only where it needs them. */
  readonly containers: 'cold' | 'warm' | 'both'
  /** An operator who writes AWSCURRENT keeps its credential, or changes it at the target as well. */
  readonly editsChangePassword?: boolean
}

/** What one move leads to, with numbers for a state and an invocation; 0 for one that has ended. */
export interface Next {
  readonly text: string
  readonly state: number
  readonly sleeper: number
  readonly takesLock: boolean
  /** AWSCURRENT moved to a credential that was current or previous before. */
  readonly isOldAgain: boolean
  readonly presumes: Presumed | undefined
  /** Of a new invocation: the version it is about. */
  readonly token?: number
}

export interface Renamed {
  readonly state: number
  readonly renaming: Renaming
  /** The number of the renaming; 0 when each name stays. */
  readonly number: number
}

/**
 * Gives every state (of secret and target) and every invocation a number, and remembers what each invocation does next
 * in each state. A move depends on these two only, so however many states the other invocations make of them, the
 * shipped code runs once for each pair.
 */
export class Space {
  readonly machine: Machine
  readonly bounds: Bounds
  readonly #states: State[] = []
  readonly #stateNumbers = new Map<string, number>()
  readonly #sleepers: (Sleeper | undefined)[] = [undefined]
  readonly #sleeperNumbers = new Map<string, number>()
  /** The versions that an invocation refers to, as bits. */
  readonly #masks: number[] = [0]
  readonly #moves: Map<number, readonly Next[]>[] = []
  readonly #names: Map<number, Renamed>[] = []
  readonly #renamings: { readonly versions: Renaming; readonly passwords: Passwords }[] = [
    { versions: [], passwords: new Map() },
  ]
  readonly #renamingNumbers = new Map<string, number>()
  readonly #renamed: Map<number, number>[] = []
  readonly #events = new Map<number, readonly { readonly text: string; readonly state: number }[]>()
  readonly #starts = new Map<number, readonly Next[]>()
  readonly #lockLost = new Map<number, number>()
  /** Moves carried out by the shipped code. */
  carriedOut = 0

  constructor(machine: Machine, bounds: Bounds) {
    this.machine = machine
    this.bounds = bounds
  }

  get sizes(): { readonly states: number; readonly sleepers: number } {
    return { states: this.#states.length, sleepers: this.#sleepers.length - 1 }
  }

  state(number: number): State {
    const state = this.#states[number]
    if (state === undefined) throw new Error(`no state ${number}`)
    return state
  }

  sleeper(number: number): Sleeper {
    const sleeper = this.#sleepers[number]
    if (sleeper === undefined) throw new Error(`no invocation ${number}`)
    return sleeper
  }

  numberOfState(state: State): number {
    // Fresh versions at the end make a state whose versions are not numbered by age; the order tells it apart.
    const key = `${keyOfState(state)}${state.order.join()}`
    let number = this.#stateNumbers.get(key)
    if (number === undefined) {
      number = this.#states.push(state) - 1
      this.#stateNumbers.set(key, number)
    }
    return number
  }

  numberOfSleeper(sleeper: Sleeper): number {
    const key = keyOfSleeper(sleeper)
    let number = this.#sleeperNumbers.get(key)
    if (number === undefined) {
      number = this.#sleepers.push(sleeper) - 1
      this.#sleeperNumbers.set(key, number)
      let mask = 0
      for (const version of versionsOf(sleeper)) mask |= 1 << version
      this.#masks[number] = mask
    }
    return number
  }

  holdsLock(sleeper: number): boolean {
    return this.sleeper(sleeper).holdsLock
  }

  /** The names of a state beside these invocations. */
  named(state: number, sleepers: readonly number[]): Renamed {
    let mask = 0
    for (const sleeper of sleepers) mask |= this.#masks[sleeper] ?? 0
    const known = rowOf(this.#names, state)
    let answer = known.get(mask)
    if (answer === undefined) {
      answer = this.#name(state, mask)
      known.set(mask, answer)
    }
    return answer
  }

  #name(number: number, mask: number): Renamed {
    const inUse: number[] = []
    for (let version = 0; version < 32; version += 1) if ((mask >>> version) & 1) inUse.push(version)
    const { state, renaming, passwords } = named(this.state(number), inUse)
    const isSame = !isMintKind(state.kind) && renaming.every((to, from) => to === undefined || to === from)
    if (isSame) return { state: this.numberOfState(state), renaming, number: 0 }
    const key = `${renaming.join()} ${[...passwords].join()}`
    let which = this.#renamingNumbers.get(key)
    if (which === undefined) {
      which = this.#renamings.push({ versions: renaming, passwords }) - 1
      this.#renamingNumbers.set(key, which)
    }
    return { state: this.numberOfState(state), renaming, number: which }
  }

  renamedSleeper(sleeper: number, renaming: number): number {
    if (renaming === 0 || sleeper === 0) return sleeper
    const known = rowOf(this.#renamed, renaming)
    let answer = known.get(sleeper)
    if (answer === undefined) {
      const names = this.#renamings[renaming]
      if (names === undefined) throw new Error('no such names')
      answer = this.numberOfSleeper(renamed(this.sleeper(sleeper), names.versions, names.passwords))
      known.set(sleeper, answer)
    }
    return answer
  }

  /** What an invocation may do next; a promise only where nobody asked before. */
  moves(state: number, sleeper: number): readonly Next[] | Promise<readonly Next[]> {
    const known = rowOf(this.#moves, state)
    return known.get(sleeper) ?? this.#carryOut(state, sleeper, known)
  }

  async #carryOut(
    state: number,
    sleeper: number,
    known: Map<number, readonly Next[]>,
  ): Promise<readonly Next[]> {
    const steps = await this.#steps(state, this.sleeper(sleeper))
    known.set(sleeper, steps)
    return steps
  }

  async #steps(number: number, sleeper: Sleeper): Promise<readonly Next[]> {
    const before = this.state(number)
    this.carriedOut += 1
    return (await movesOf(before, sleeper, this.machine)).map((moved) => ({
      text: moved.text,
      state: this.numberOfState(moved.state),
      sleeper: moved.sleeper === undefined ? 0 : this.numberOfSleeper(moved.sleeper),
      takesLock: moved.takesLock === true,
      isOldAgain: isOldAgain(before, moved.state),
      presumes: moved.presumes,
    }))
  }

  isOver(state: number, sleeper: number, presumed: Presumed): boolean {
    return isOver(this.state(state), this.sleeper(sleeper), presumed, this.machine.sweepsByAgeAlone === true)
  }

  /** The state when an invocation has died: what it had in hand is lost. */
  afterDeath(state: number, sleeper: number): number {
    const { held, token } = this.sleeper(sleeper)
    if (held.made === undefined) return state
    const lost = { password: held.made, mark: token, fate: 'lost' } as const
    return this.numberOfState(withFate(this.state(state), lost))
  }

  lockLost(sleeper: number): number {
    let number = this.#lockLost.get(sleeper)
    if (number === undefined) {
      number = this.numberOfSleeper({ ...this.sleeper(sleeper), holdsLock: false })
      this.#lockLost.set(sleeper, number)
    }
    return number
  }

  /**
   * The first moves of invocations that may be delivered now; starting is no action of its own. A step whose token has
   * lost AWSPENDING ends at its first look without a trace, so it is left out.
   */
  starts(state: number): readonly Next[] | Promise<readonly Next[]> {
    return this.#starts.get(state) ?? this.#start(state)
  }

  async #start(number: number): Promise<readonly Next[]> {
    const state = this.state(number)
    const { AWSPENDING } = state.labels
    const { containers } = this.bounds
    const sleepers: Sleeper[] = []
    // createSecret reads labels in any container.
    for (const token of new Set([...(AWSPENDING === undefined ? [] : [AWSPENDING]), ...state.tokens]))
      for (const step of ['createSecret', 'setSecret', 'finishSecret'] as const)
        for (const isWarm of [false, true])
          if (
            containers !== (isWarm ? 'cold' : 'warm') &&
            !(containers === 'both' && isWarm && step === 'createSecret')
          )
            sleepers.push(newSleeper(step, token, isWarm))
    for (const schedule of state.schedules)
      sleepers.push(newSleeper('retireSecret', schedule.token, false, schedule))
    const starts: Next[] = []
    for (const sleeper of sleepers) {
      const name = `${sleeper.step}${sleeper.known.isWarm ? ' (warm)' : ''}`
      for (const one of await this.#steps(number, sleeper))
        starts.push({ ...one, text: `${name}: ${one.text}`, token: sleeper.token })
    }
    this.#starts.set(number, starts)
    return starts
  }

  #rotated(state: State): State | undefined {
    const next = rotate(state)
    const token = next?.labels['AWSPENDING']
    if (next === undefined || token === undefined || this.bounds.anyToken !== true) return next
    return { ...next, tokens: [...next.tokens, token] }
  }

  /** What may happen from outside. */
  events(number: number): readonly { readonly text: string; readonly state: number }[] {
    let list = this.#events.get(number)
    if (list === undefined) {
      const state = this.state(number)
      const after = {
        'AWSPENDING is stripped': strip(state),
        RotateSecret: this.#rotated(state),
        ...hands(state, this.bounds.editsChangePassword === true),
        'the target finishes the change': changeFinished(state),
      }
      list = Object.entries(after).flatMap(([text, next]) =>
        next === undefined ? [] : [{ text, state: this.numberOfState(next) }],
      )
      this.#events.set(number, list)
    }
    return list
  }

  /** A whole step without faults, beside nobody. */
  async run(sleeper: Sleeper, state: number): Promise<number> {
    let moved = await this.moves(state, this.numberOfSleeper(sleeper))
    for (let [next] = moved; next !== undefined; [next] = moved) {
      if (next.sleeper === 0) return next.state
      moved = await this.moves(next.state, next.sleeper)
    }
    throw new Error('an invocation has no next move')
  }
}

function rowOf<T>(rows: Map<number, T>[], number: number): Map<number, T> {
  const row = rows[number] ?? new Map<number, T>()
  rows[number] = row
  return row
}
