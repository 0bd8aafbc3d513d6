import type { Step } from '../../shared/engine/known.ts'

/** What becomes of an external action: it happens; it happens and the reply is lost; it never leaves. */
export type Fate = 'happens' | 'reply lost' | 'not sent'

interface Parked {
  readonly label: string
  readonly go: (fate: Fate) => void
}

/**
 * One running invocation of the function. It stops before every external action until the scheduler lets it go on,
 * so that every interleaving can be played.
 */
export class Invocation {
  readonly step: Step
  readonly token: string
  state: 'running' | 'parked' | 'ended' | 'dead' = 'running'
  /** The code it ended with, or undefined when it ended well. */
  error: string | undefined
  #parked: Parked | undefined
  readonly #onAction: (label: string) => void

  constructor(step: Step, token: string, onAction: (label: string) => void) {
    this.step = step
    this.token = token
    this.#onAction = onAction
  }

  get isAlive(): boolean {
    return this.state === 'running' || this.state === 'parked'
  }

  get nextAction(): string | undefined {
    return this.#parked?.label
  }

  /** Parks before `action` until the scheduler decides. */
  readonly gate = <T>(label: string, action: () => T): Promise<T> => {
    if (this.state === 'dead') return new Promise(() => undefined)
    return new Promise((resolve, reject) => {
      this.state = 'parked'
      this.#parked = {
        label,
        go: (fate) => {
          this.#parked = undefined
          this.state = 'running'
          if (fate === 'not sent') return reject(new Error('not sent'))
          try {
            const result = action()
            this.#onAction(label)
            if (fate === 'reply lost') reject(new Error('reply lost'))
            else resolve(result)
          } catch (error) {
            reject(error)
          }
        },
      }
    })
  }

  /** Lets one action go and waits until the invocation parks again or ends. */
  async go(fate: Fate): Promise<void> {
    this.#parked?.go(fate)
    await this.settle()
  }

  async settle(): Promise<void> {
    for (let turns = 0; this.state === 'running'; turns += 1) {
      if (turns > 10_000) throw new Error(`${this.step} neither parks nor ends`)
      await Promise.resolve()
    }
  }

  /** Killed: whatever it awaits never settles. */
  die(): void {
    this.#parked = undefined
    this.state = 'dead'
  }

  finished(error: unknown): void {
    if (this.state === 'dead') return
    this.state = 'ended'
    if (error !== undefined) this.error = errorName(error)
  }
}

const errorName = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
