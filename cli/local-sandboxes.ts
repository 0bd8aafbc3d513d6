import { FunctionFailed } from '../shared/local/index.ts'
import { NotLoaded, Sandbox, type SandboxOptions } from './local-sandbox.ts'

/** So many calls of one function run at the same time; others wait. Each may load a whole SDK. */
const MOST = 10

/**
 * The code of one function. Calls that run at the same time have a sandbox each, and one that ended is replaced, as on
 * Lambda: what the code keeps in memory is shared by calls that follow each other, and a crash fails one call.
 */
export class Sandboxes {
  readonly #options: SandboxOptions
  readonly #idle: Sandbox[] = []
  readonly #all = new Set<Sandbox>()
  readonly #waiting: (() => void)[] = []

  private constructor(options: SandboxOptions) {
    this.#options = options
  }

  /** Loads the module. Rejects with {@link NotLoaded}; never settles for a module that does not end loading. */
  static async open(options: SandboxOptions): Promise<Sandboxes> {
    const sandboxes = new Sandboxes(options)
    sandboxes.#giveBack(await sandboxes.#opened())
    return sandboxes
  }

  /** Rejects with {@link FunctionFailed}. */
  async invoke(event: unknown): Promise<unknown> {
    const sandbox = await this.#taken()
    try {
      return await sandbox.call(event)
    } finally {
      this.#giveBack(sandbox)
    }
  }

  async #taken(): Promise<Sandbox> {
    while (this.#idle.length === 0 && this.#all.size >= MOST)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    return await this.#opened().catch((error: unknown) => {
      if (error instanceof NotLoaded) throw new FunctionFailed('Runtime.ImportModuleError', error.message)
      throw error
    })
  }

  async #opened(): Promise<Sandbox> {
    const sandbox = new Sandbox(this.#options)
    this.#all.add(sandbox)
    try {
      await sandbox.loaded()
      return sandbox
    } catch (error) {
      this.#forget(sandbox)
      throw error
    }
  }

  #giveBack(sandbox: Sandbox): void {
    if (sandbox.hasEnded) this.#forget(sandbox)
    else {
      this.#idle.push(sandbox)
      this.#waiting.shift()?.()
    }
  }

  #forget(sandbox: Sandbox): void {
    this.#all.delete(sandbox)
    void sandbox.close()
    this.#waiting.shift()?.()
  }
}
