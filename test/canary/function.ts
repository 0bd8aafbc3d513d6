import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'

export interface Answer {
  readonly report?: { readonly outcome: string }
  readonly thrown?: Readonly<Record<string, string>>
}

/** A bundled handler in a process of its own, and everything that leaves it. */
export interface RunningFunction {
  invoke(event: unknown): Promise<Answer>
  /** Standard output, standard error, answers and trace segments so far. */
  output(): string
  readonly traces: readonly string[]
  stop(): Promise<void>
}

export async function startFunction(
  bundle: string,
  functionArn: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningFunction> {
  const traces: string[] = []
  const daemon = createSocket('udp4').on('message', (message) => traces.push(message.toString()))
  daemon.bind(0, '127.0.0.1')
  await once(daemon, 'listening')

  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'child.mjs'), pathToFileURL(bundle).href, functionArn],
    {
      env: { ...env, AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}` },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    },
  )
  let output = ''
  const keep = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const answers = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]()

  return {
    traces,
    output: () => [output, ...traces].join('\n'),
    invoke: async (event) => {
      child.stdin.write(`${JSON.stringify(event)}\n`)
      const { value, done } = await answers.next()
      if (done === true) throw new Error(`the function ended: ${output.slice(-2_000)}`)
      output += value
      return JSON.parse(value)
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
      daemon.close()
    },
  }
}
