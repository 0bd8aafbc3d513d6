/** One external action of an invocation, as the scheduler sees it while the invocation waits before it. */
export interface Call {
  /** Counted from 1 within its invocation. */
  readonly index: number
  readonly label: string
  /** A moment between two actions, such as a lock just taken: it is not carried out, so *after* it is no other point. */
  readonly isMoment: boolean
}

/** What becomes of an external action: it happens; it happens and the reply is lost; it never leaves. */
export type Fate = 'happens' | 'reply lost' | 'not sent'

interface Parked extends Call {
  readonly go: (fate: Fate | 'happens and dies') => void
}

/**
 * One running invocation of the function. It stops before every external action until the scheduler lets it go on, so
 * that it can be killed at any of them and every interleaving can be played.
 */
export class Invocation<Step extends string = string> {
  readonly step: Step
  readonly token: string
  state: 'running' | 'parked' | 'ended' | 'dead' = 'running'
  /** The code it ended with, or undefined when it ended well. */
  error: string | undefined
  /** What it was rejected with. */
  thrown: unknown
  /** Every action so far, the one it waits before included. */
  readonly calls: Call[] = []
  /** More than one where a step is given up at its deadline: what it was doing goes on beside what cleans up. */
  #parked: Parked[] = []
  #stopped = Promise.withResolvers<void>()
  readonly #onAction: (label: string) => void

  constructor(step: Step, token: string, onAction: (label: string) => void = () => undefined) {
    this.step = step
    this.token = token
    this.#onAction = onAction
  }

  get isAlive(): boolean {
    return this.state === 'running' || this.state === 'parked'
  }

  get next(): Call | undefined {
    return this.#parked[0]
  }

  get nextAction(): string | undefined {
    return this.#parked[0]?.label
  }

  /** Parks before `action` until the scheduler decides. Once killed it never settles, and nothing is carried out. */
  readonly gate = <T>(label: string, action: () => T | Promise<T>): Promise<T> =>
    this.#park(label, false, action)

  /** Parks at a moment between two actions. */
  readonly moment = (label: string): Promise<void> => this.#park(label, true, () => undefined)

  #park<T>(label: string, isMoment: boolean, action: () => T | Promise<T>): Promise<T> {
    if (this.state === 'dead') return new Promise(() => undefined)
    // What the invocation left running when it ended is nobody's to stop.
    if (this.state === 'ended') return Promise.resolve().then(action)
    const call: Call = { index: this.calls.length + 1, label, isMoment }
    this.calls.push(call)
    return new Promise((resolve, reject) => {
      this.#parked.push({
        ...call,
        go: (fate) => {
          if (fate === 'not sent') return reject(new Error('not sent'))
          const carriedOut = (result: T): void => {
            this.#onAction(label)
            if (fate === 'happens and dies') this.die()
            else if (fate === 'reply lost') reject(new Error('reply lost'))
            else resolve(result)
          }
          const failed = (error: unknown): void => {
            if (fate === 'happens and dies') this.die()
            else reject(error)
          }
          try {
            const result = action()
            // A plain value is not awaited, so that a simulated action stays one turn.
            if (result instanceof Promise) result.then(carriedOut, failed)
            else carriedOut(result)
          } catch (error) {
            failed(error)
          }
        },
      })
      this.#stop('parked')
    })
  }

  /** Lets one action go and waits until the invocation parks again, ends or is dead. */
  async go(fate: Fate | 'happens and dies'): Promise<void> {
    this.release(fate)
    await this.settle()
  }

  /** Lets one action go without waiting for what follows. */
  release(fate: Fate | 'happens and dies'): void {
    const next = this.#parked.shift()
    if (next === undefined) return
    if (this.#parked.length === 0) this.#goOn()
    next.go(fate)
  }

  /** Resolves when the invocation does not run: it is parked, has ended or is dead. */
  settle(): Promise<void> {
    return this.state === 'running' ? this.#stopped.promise : Promise.resolve()
  }

  /** Killed: whatever it awaits never settles. */
  die(): void {
    if (!this.isAlive) return
    this.#parked = []
    this.#stop('dead')
  }

  finished(error: unknown): void {
    if (this.state === 'dead') return
    this.thrown = error
    if (error !== undefined) this.error = errorName(error)
    this.#stop('ended')
    for (const { go } of this.#parked.splice(0)) go('happens')
  }

  #goOn(): void {
    this.state = 'running'
    this.#stopped = Promise.withResolvers()
  }

  #stop(state: 'parked' | 'ended' | 'dead'): void {
    this.state = state
    this.#stopped.resolve()
  }
}

const errorName = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
