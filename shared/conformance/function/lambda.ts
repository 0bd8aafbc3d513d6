import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Invocation {
  readonly id: string
  readonly event: unknown
  readonly functionArn: string
  readonly timeoutMs: number
}

export interface Answer {
  readonly id: string
  /** What the handler answered. */
  readonly value?: unknown
  /** What it ended with instead. */
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string }
}

/** The last line of an invocation in the log, as Lambda writes it. */
export const endLine = (id: string): string => `END RequestId: ${id}`

export interface LambdaFunction {
  /** Answers what the handler answers, and rejects with its error. `onLine` hears what it logs meanwhile. */
  invoke(event: unknown, onLine: (line: string) => void): Promise<unknown>
  /** What the handler has logged so far, by line. */
  readonly logs: readonly string[]
  /** Ends the process in order. A repeat does nothing. */
  stop(): Promise<void>
  /** SIGKILL: resolves when the process is gone, its connections with it. A repeat does nothing. */
  kill(): Promise<void>
}

export interface FunctionOptions {
  readonly bundle: string
  readonly arn: string
  readonly timeoutMs: number
  /** What its clock shows when it starts, in milliseconds since the epoch. Default: the machine's. */
  readonly clockMs?: number
  /** The whole environment of the function. */
  readonly environment: Readonly<Record<string, string>>
  onLog(line: string): void
}

/** Beside this file, as source or as built. */
const CHILD = fileURLToPath(new URL(`lambda-child${extname(import.meta.url)}`, import.meta.url))

/**
 * Starts a bundled handler in a process of its own and answers when it is loaded: a cold start. The process ends with
 * this one, however this one ends.
 */
export async function startFunction(options: FunctionOptions): Promise<LambdaFunction> {
  const { clockMs } = options
  const child = fork(CHILD, [options.bundle, ...(clockMs === undefined ? [] : [String(clockMs)])], {
    env: { ...options.environment },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const logs: string[] = []
  const listeners = new Set<(line: string) => void>([options.onLog])
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  for (const stream of streams)
    createInterface({ input: stream }).on('line', (line) => {
      logs.push(line)
      for (const listener of listeners) listener(line)
    })

  // The event `close` would say the same, but does not come after `disconnect`.
  const ended = Promise.all([once(child, 'exit'), ...streams.map((stream) => once(stream, 'close'))])
  const endedEarly = ended.then(([[code, signal]]) => {
    throw new Error(`the function ended by itself (${signal ?? code})`)
  })
  endedEarly.catch(() => {})
  await Promise.race([once(child, 'message'), endedEarly])

  const waiting = new Map<string, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer))
  return {
    logs,
    async invoke(event, onLine) {
      const id = randomUUID()
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
      // Log and answer come by different ways: an invocation is over when both have.
      const logged = new Promise<void>((resolve) => {
        const listener = (line: string) => {
          if (line !== endLine(id)) return onLine(line)
          listeners.delete(listener)
          resolve()
        }
        listeners.add(listener)
      })
      const invocation: Invocation = { id, event, functionArn: options.arn, timeoutMs: options.timeoutMs }
      // A process that is gone is told of by `endedEarly`.
      child.send(invocation, () => {})
      const [{ error, value }] = await Promise.race([Promise.all([answered, logged]), endedEarly])
      waiting.delete(id)
      if (error !== undefined) throw Object.assign(new Error(error.message), error)
      return value
    },
    async stop() {
      if (child.connected) child.disconnect()
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
