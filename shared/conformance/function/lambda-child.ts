/**
 * The process in which the bundled handler runs, in place of Lambda: it has the environment of a function and
 * nothing of its parent. An invocation comes as a message, and the answer goes back as one.
 */
import { pathToFileURL } from 'node:url'
import { type Answer, endLine, type Invocation } from './lambda.ts'

const [bundle = '', clockMs] = process.argv.slice(2)
if (clockMs !== undefined) setClock(Number(clockMs))
const loaded: { handler(event: unknown, context: object): Promise<unknown> } = await import(
  pathToFileURL(bundle).href
)

process.on('message', (invocation: Invocation) => void invoke(invocation))
// Ctrl-C reaches the whole foreground group; the parent decides when the function ends.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })

async function invoke({ id, event, functionArn, timeoutMs }: Invocation): Promise<void> {
  const deadline = performance.now() + timeoutMs
  const answer: Answer = await loaded
    .handler(
      event,
      contextOf(id, functionArn, () => Math.max(0, Math.floor(deadline - performance.now()))),
    )
    .then(
      (value) => ({ id, value }),
      (error: Error) => ({
        id,
        error: {
          name: error.name,
          message: error.message,
          ...('code' in error ? { code: String(error.code) } : {}),
        },
      }),
    )
  process.stdout.write(`${endLine(id)}\n`)
  process.send?.(answer)
}

/** From here on every look at the time, the bundle's and its packages', is by a clock that shows `clockMs` now. */
function setClock(clockMs: number): void {
  const Machine = Date
  const ahead = clockMs - Machine.now()
  const now = (): number => Machine.now() + ahead
  globalThis.Date = new Proxy(Machine, {
    construct: (target, given, self) => Reflect.construct(target, given.length === 0 ? [now()] : given, self),
    get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
  })
}

/** The part of Lambda's context that a handler of ours reads. */
const contextOf = (id: string, functionArn: string, getRemainingTimeInMillis: () => number): object => ({
  functionName: functionArn.split(':')[6] ?? '',
  functionVersion: '$LATEST',
  invokedFunctionArn: functionArn,
  memoryLimitInMB: '256',
  awsRequestId: id,
  getRemainingTimeInMillis,
})
