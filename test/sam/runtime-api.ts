/**
 * Lambda's Runtime API, https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, and a function behind it: AWS's own
 * runtime interface client loads the package that SAM built, as the managed runtime does.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from '../tree.ts'

export const RIC = join(ROOT, 'test', 'lambda-ric', 'node_modules', 'aws-lambda-ric', 'index.mjs')
export const hasRic = (): boolean => existsSync(RIC)

export interface Deployment {
  /** The folder that SAM built: the function's whole package. */
  readonly folder: string
  readonly handler: string
  readonly arn: string
  readonly memoryMb: number
  readonly timeoutSeconds: number
  /** All that the function finds in its environment, besides what Lambda puts there. */
  readonly environment: Readonly<Record<string, string>>
}

interface Waiting {
  readonly id: string
  readonly event: unknown
  resolve(value: unknown): void
  reject(error: Error): void
}

export class LambdaEnvironment {
  readonly #deployment: Deployment
  readonly #server: Server
  readonly #child: ChildProcess
  readonly #queue: Waiting[] = []
  readonly #running = new Map<string, Waiting>()
  #poll: ((invocation: Waiting) => void) | undefined
  #ended: Error | undefined
  /** What the function wrote, which Lambda would put into its log. */
  output = ''
  /** The most memory that the process has held, in MB, as of the last answer. */
  peakMb = 0

  private constructor(deployment: Deployment, server: Server) {
    this.#deployment = deployment
    this.#server = server
    server.on('request', (request, response) => void this.#answer(request, response))
    const { port } = server.address() as AddressInfo
    const { folder, handler, arn, memoryMb, environment } = deployment
    const old = Math.floor(memoryMb * 0.9)
    // As the managed runtime starts it: a cold start, in the folder of the package, with the memory it may use.
    this.#child = spawn(process.execPath, [`--max-old-space-size=${old}`, RIC, handler], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...environment,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        AWS_LAMBDA_FUNCTION_NAME: arn.split(':')[6] ?? '',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/function',
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: handler,
      },
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
      })
    this.#child.once('exit', (code, signal) =>
      this.#end(new Error(`the function ended (${signal ?? code}): ${this.output.slice(-2_000)}`)),
    )
  }

  static async start(deployment: Deployment): Promise<LambdaEnvironment> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new LambdaEnvironment(deployment, server)
  }

  /** Answers what the handler answers, and rejects with its error. */
  async invoke(event: unknown): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended
    return await new Promise((resolve, reject) => {
      const invocation: Waiting = { id: randomUUID(), event, resolve, reject }
      const poll = this.#poll
      this.#poll = undefined
      if (poll === undefined) this.#queue.push(invocation)
      else poll(invocation)
    })
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await exited
    }
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    if (path.endsWith('/runtime/invocation/next')) {
      const next = this.#queue.shift()
      const hand = (invocation: Waiting): void => this.#hand(invocation, response)
      if (next === undefined) this.#poll = hand
      else hand(next)
      return
    }
    const body = await text(request)
    response.writeHead(202).end('{}')
    const [, id = '', outcome] = /\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? []
    if (path.endsWith('/runtime/init/error')) this.#end(new Error(`the function did not start: ${body}`))
    const invocation = this.#running.get(id)
    this.#running.delete(id)
    this.peakMb = this.#peak()
    if (outcome === 'response') invocation?.resolve(JSON.parse(body))
    else invocation?.reject(Object.assign(new Error(body), JSON.parse(body)))
  }

  #hand(invocation: Waiting, response: ServerResponse): void {
    this.#running.set(invocation.id, invocation)
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-invoked-function-arn': this.#deployment.arn,
      'lambda-runtime-deadline-ms': String(Date.now() + this.#deployment.timeoutSeconds * 1_000),
      'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0',
    })
    response.end(JSON.stringify(invocation.event))
  }

  #end(reason: Error): void {
    this.#ended ??= reason
    for (const waiting of [...this.#queue, ...this.#running.values()]) waiting.reject(reason)
    this.#queue.length = 0
    this.#running.clear()
  }

  #peak(): number {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
      return Math.max(this.peakMb, Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024))
    } catch {
      // The process has just ended; what was read before stands.
      return this.peakMb
    }
  }
}
