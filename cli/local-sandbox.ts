import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { FunctionFailed, functionError } from '../shared/local/functions/function-failed.ts'
import type { Loading, Told } from './local-sandbox-thread.ts'

/** Why the code of a function cannot be used at all. */
export class NotLoaded extends Error {
  readonly isMissingExport: boolean

  constructor(message: string, isMissingExport = false) {
    super(message)
    this.isMissingExport = isMissingExport
  }
}

export interface SandboxOptions extends Loading {
  /** The whole environment of the code. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Lambda's own limit. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_MS = 900_000

// Built, this file and the thread's are JavaScript.
const THREAD = new URL(`./local-sandbox-thread${extname(import.meta.filename)}`, import.meta.url)

/** A thread that serves one call at a time, as a sandbox of Lambda does. */
export class Sandbox {
  readonly #worker: Worker
  readonly #loaded = Promise.withResolvers<void>()
  #call: PromiseWithResolvers<unknown> | undefined
  /** Why it ended. Of a sandbox that is idle the next call learns it, as on Lambda. */
  #failure: FunctionFailed | undefined

  constructor({ env, ...loading }: SandboxOptions) {
    this.#worker = new Worker(THREAD, { workerData: loading, env: { ...env } })
    this.#worker.on('message', (told: Told) => this.#hear(told))
    // Such as a module that asks for more memory than there is.
    this.#worker.on('error', (error) => {
      const { errorType, errorMessage } = functionError(error)
      this.#end(new FunctionFailed(errorType, errorMessage))
    })
    this.#worker.on('exit', (status) =>
      this.#end(new FunctionFailed('Runtime.ExitError', `Runtime exited with error: exit status ${status}`)),
    )
    // Whoever waits keeps the process; an idle sandbox does not.
    this.#worker.unref()
    this.#loaded.promise.catch(() => {})
  }

  /** Rejects with {@link NotLoaded}. */
  loaded(): Promise<void> {
    return this.#loaded.promise
  }

  get hasEnded(): boolean {
    return this.#failure !== undefined
  }

  /** Rejects with {@link FunctionFailed}. */
  async call(event: unknown): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure
    const call = Promise.withResolvers<unknown>()
    this.#call = call
    const timer = setTimeout(() => {
      this.#end(
        new FunctionFailed('Sandbox.Timedout', `Task timed out after ${LONGEST_MS / 1000}.00 seconds`),
      )
      void this.close()
    }, LONGEST_MS)
    this.#worker.postMessage(JSON.stringify(event))
    try {
      return await call.promise
    } finally {
      clearTimeout(timer)
      this.#call = undefined
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case 'ready':
        this.#loaded.resolve()
        break
      case 'not loaded':
        this.#loaded.reject(new NotLoaded(told.message))
        break
      case 'no function':
        this.#loaded.reject(new NotLoaded('', true))
        break
      case 'answered':
        this.#call?.resolve(JSON.parse(told.answer))
        break
      case 'failed':
        this.#call?.reject(new FunctionFailed(told.errorType, told.errorMessage))
        break
      case 'crashed':
        this.#end(new FunctionFailed(told.errorType, told.errorMessage))
        break
    }
  }

  #end(failure: FunctionFailed): void {
    this.#failure ??= failure
    this.#loaded.reject(new NotLoaded(`${failure.name}: ${failure.message}`))
    this.#call?.reject(this.#failure)
  }
}
