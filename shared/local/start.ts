import { DataFile } from './data-file.ts'
import { headersOf } from './door.ts'
import { Keeper } from './keeper.ts'
import type { LambdaFunction } from './lambda.ts'
import { type LambdaContext, lambdaContext } from './lambda-context.ts'
import {
  createLocalSecretsManager,
  type LocalSecretsManager,
  type LocalSecretsManagerOptions,
} from './model.ts'
import { functionAt, invocationPath } from './remote-function.ts'
import { serveLocal } from './serve.ts'
import { reported, type StepEnded } from './steps.ts'
import type { VisibilityDelay } from './visibility.ts'

/**
 * A rotation function: code, called as Lambda calls a Node function; or where somebody serves one by Lambda's Invoke.
 * A URL without a path gets Lambda's own, `/2015-03-31/functions/NAME/invocations`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler declares the event that it takes.
export type FunctionSource = URL | ((event: any, context: LambdaContext) => unknown)

export interface StartLocalOptions extends LocalSecretsManagerOptions {
  /** A free one by default. */
  readonly port?: number | undefined
  /** By name, which makes the end of the ARN. */
  readonly functions?: Readonly<Record<string, FunctionSource>>
  /** Keeps the state in this file. It holds secret values in the clear, and only its owner can read it. */
  readonly dataFile?: string | undefined
  /** As {@link LocalSecretsManager.delayVisibility}. */
  readonly visibility?: VisibilityDelay | undefined
  /** Told of each step that a function was called for. */
  readonly onStep?: ((step: StepEnded) => void) | undefined
  /** Told that the state could not be written; it is tried again at the next change. */
  readonly onNotKept?: ((error: unknown) => void) | undefined
}

export interface Local extends AsyncDisposable {
  readonly model: LocalSecretsManager
  /** The endpoint, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly port: number
  /** For `new SecretsManagerClient(…)`. */
  readonly clientOptions: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** The variables that point any AWS SDK, and the AWS CLI, here. */
  readonly environment: Readonly<Record<string, string>>
  /** The ARN that `RotateSecret` takes for a function of this name. */
  functionArn(name: string): string
  /** Makes a function known, or replaces it. A rotation that a restart broke off begins anew. */
  addFunction(name: string, source: FunctionSource): void
  /** Resolves when no step is under way. */
  settled(): Promise<void>
  /** Frees the port, after what is under way was broken off; answers whether the file holds the state. */
  close(): Promise<boolean>
}

/** What changes nothing but when a secret was last accessed. */
const READS: ReadonlySet<string> = new Set([
  'BatchGetSecretValue',
  'DescribeSecret',
  'GetRandomPassword',
  'GetResourcePolicy',
  'GetSecretValue',
  'ListSecrets',
  'ListSecretVersionIds',
  'ValidateResourcePolicy',
])

/**
 * Secrets Manager on a port of this machine, with functions that it rotates by. Rejects with {@link DataFileError} when
 * the file cannot be used, and with the error of `node:net` when the port is taken.
 */
export async function startLocal(options: StartLocalOptions = {}): Promise<Local> {
  const model = createLocalSecretsManager(options)
  model.delayVisibility(options.visibility)
  const keeper = keeperFor(model, options)
  const functions = new Map<string, LambdaFunction>()
  const server = await serveLocal(model, {
    port: options.port,
    functions,
    pages: (path) => (path === '/_quarterturn/state' ? statePage(model) : undefined),
    afterOperation: (name) => (READS.has(name) ? keeper?.saveLater() : keeper?.save()),
  }).catch((error: unknown) => {
    keeper?.close()
    throw error
  })
  const functionArn = (name: string) => `arn:aws:lambda:${model.region}:${model.accountId}:function:${name}`
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const close = async () => {
    await server.close()
    return keeper?.close() ?? true
  }
  const local: Local = {
    model,
    url: server.url,
    port: server.port,
    clientOptions: { endpoint: server.url, region: model.region, credentials },
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: model.region,
      AWS_DEFAULT_REGION: model.region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    functionArn,
    addFunction: (name, source) => {
      const arn = functionArn(name)
      const invoke = callOf(name, arn, source)
      functions.set(name, { arn, invoke })
      model.registerFunction(arn, reported(model, name, invoke, options.onStep))
      model.resume(arn)
    },
    settled: () => model.settled(),
    close,
    [Symbol.asyncDispose]: async () => void (await close()),
  }
  for (const [name, source] of Object.entries(options.functions ?? {})) local.addFunction(name, source)
  return local
}

function callOf(name: string, arn: string, source: FunctionSource): (payload: unknown) => Promise<unknown> {
  if (typeof source === 'function') return async (payload) => source(payload, lambdaContext(arn))
  return functionAt(source.pathname === '/' ? new URL(invocationPath(name), source) : source)
}

function keeperFor(
  model: LocalSecretsManager,
  { dataFile, onNotKept }: StartLocalOptions,
): Keeper | undefined {
  if (dataFile === undefined) return undefined
  const file = DataFile.open(dataFile)
  try {
    const state = file.read()
    if (state !== undefined) model.restore(state)
  } catch (error) {
    file.close()
    throw error
  }
  const keeper = new Keeper(file, () => model.snapshot(), onNotKept ?? (() => {}))
  // A rotation ends in its own time, and not by an operation.
  model.onEvent(() => setImmediate(() => keeper.saveLater()))
  return keeper
}

const statePage = (model: LocalSecretsManager) => ({
  status: 200,
  headers: headersOf('application/json'),
  body: `${JSON.stringify(model.overview(), undefined, 2)}\n`,
})
