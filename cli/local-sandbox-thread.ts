/**
 * One sandbox of a function, in a thread of its own: loads the module, then answers one event after the other. Whatever
 * the code does otherwise than answer ends this thread alone.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { functionError } from '../shared/local/functions/function-failed.ts'
import { lambdaContext } from '../shared/local/functions/lambda-context.ts'

/** What the thread is started with. */
export interface Loading {
  readonly module: string
  readonly exported: string
  readonly functionArn: string
}

/** What it tells. `crashed` is its last word. */
export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'not loaded'; readonly message: string }
  | { readonly kind: 'no function' }
  | { readonly kind: 'answered'; readonly answer: string }
  | { readonly kind: 'failed' | 'crashed'; readonly errorType: string; readonly errorMessage: string }

type Handler = (event: unknown, context: unknown) => unknown

const tell = (told: Told): void => parentPort?.postMessage(told)

// The names that Lambda's runtime for Node has for them.
process.on('uncaughtException', (error) => crash(functionError(error)))
process.on('unhandledRejection', (reason) =>
  crash({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason),
  }),
)

function crash(failure: { errorType: string; errorMessage: string }): void {
  tell({ kind: 'crashed', ...failure })
  process.exit(1)
}

const { module, exported, functionArn } = workerData as Loading
const handler = await load()
if (handler !== undefined) {
  parentPort?.on('message', (event: string) => void respond(handler, event))
  tell({ kind: 'ready' })
}

async function load(): Promise<Handler | undefined> {
  try {
    const loaded: Record<string, unknown> = await import(module)
    const found = loaded[exported] ?? commonJs(loaded['default'])
    if (typeof found === 'function') return found as Handler
    tell({ kind: 'no function' })
  } catch (error) {
    tell({ kind: 'not loaded', message: error instanceof Error ? error.message : String(error) })
  }
  return undefined
}

/** Names of a CommonJS module are not always seen from outside. */
function commonJs(exports: unknown): unknown {
  return typeof exports === 'object' && exports !== null ? Reflect.get(exports, exported) : undefined
}

async function respond(run: Handler, event: string): Promise<void> {
  try {
    const answer = await run(JSON.parse(event), lambdaContext(functionArn))
    tell({ kind: 'answered', answer: JSON.stringify(answer) ?? 'null' })
  } catch (error) {
    tell({ kind: 'failed', ...functionError(error) })
  }
}
