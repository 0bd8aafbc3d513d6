import { createLocalAws, type LocalAws, type LocalAwsOptions } from './accounts/local-aws.ts'
import { applySetup, type LocalSetup } from './accounts/setup.ts'
import type { LambdaFunction } from './functions/lambda.ts'
import { type LambdaContext, lambdaContext } from './functions/lambda-context.ts'
import { functionAt, invocationPath } from './functions/remote-function.ts'
import { reported, type StepEnded } from './functions/steps.ts'
import { headersOf } from './http/door.ts'
import { serveLocal } from './http/serve.ts'
import type { LocalCredentials } from './iam/identity.ts'
import type { LocalSecretsManager } from './model/model.ts'
import type { SecretOverview } from './model/overview.ts'
import { DataFile } from './state-file/data-file.ts'
import { Keeper } from './state-file/keeper.ts'
import { restoreState, takeState } from './state-file/state.ts'

/**
 * A rotation function: code, called as Lambda calls a Node function; or where somebody serves one by Lambda's Invoke.
 * A URL without a path gets Lambda's own, `/2015-03-31/functions/NAME/invocations`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler declares the event that it takes.
export type FunctionSource = URL | ((event: any, context: LambdaContext) => unknown)

export interface StartLocalOptions extends LocalAwsOptions {
  /** A free one by default. */
  readonly port?: number | undefined
  /** By name, which makes the end of the ARN. */
  readonly functions?: Readonly<Record<string, FunctionSource>>
  /** Keeps the state in this file. It holds secret values in the clear, and only its owner can read it. */
  readonly dataFile?: string | undefined
  /** Other accounts, and roles. Rejects with a {@link SetupError} that names what cannot be used. */
  readonly setup?: LocalSetup | undefined
  /** Told of each step that a function was called for. */
  readonly onStep?: ((step: StepEnded) => void) | undefined
  /** Told that the state could not be written; it is tried again at the next change. */
  readonly onNotKept?: ((error: unknown) => void) | undefined
}

export interface Local extends AsyncDisposable {
  readonly aws: LocalAws
  /** Secrets Manager of the default account and Region, for a look behind the door. */
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
  /** The same for the code of a function, which has the role that the setup names, and else every right. */
  functionEnvironment(name: string): Readonly<Record<string, string>>
  /** The ARN that `RotateSecret` takes for a function of this name. */
  functionArn(name: string): string
  /** Makes a function known to all accounts, or replaces it. A rotation that a restart broke off begins anew. */
  addFunction(name: string, source: FunctionSource): void
  /** Every secret of all accounts and Regions, without what it holds. */
  overview(): readonly SecretOverview[]
  /** Resolves when no step is under way. */
  settled(): Promise<void>
  /** Starts what is due by the clock, as {@link LocalAws.runDue}, and writes the file. */
  runDue(): string[]
  /** Frees the port and the file; answers whether the file holds the state. What is under way is not waited for. */
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
  const aws = createLocalAws(options)
  const role = applySetup(aws, options.setup ?? {})
  const keeper = keeperFor(aws, options)
  const functions = new Map<string, LambdaFunction>()
  const overview = () => modelsOf(aws).flatMap((model) => model.overview())
  const server = await serveLocal(aws, {
    port: options.port,
    functions,
    pages: (path) => (path === '/_quarterturn/state' ? statePage(overview()) : undefined),
    afterOperation: (name) => {
      if (!READS.has(name)) keeper?.save()
    },
  }).catch((error: unknown) => {
    keeper?.release()
    throw error
  })
  const functionArn = (name: string) =>
    `arn:aws:lambda:${aws.region}:${aws.defaultAccount.id}:function:${name}`
  const addFunction = (name: string, source: FunctionSource): void => {
    const arn = functionArn(name)
    const invoke = callOf(name, arn, source)
    functions.set(name, { arn, invoke })
    aws.registerFunction(arn, reported(aws, name, invoke, options.onStep), {
      invokableFrom: aws.accounts.map(({ id }) => id),
      ...(role === undefined ? {} : { role: role.arn }),
    })
    for (const model of modelsOf(aws)) model.resume(arn)
  }
  for (const [name, source] of Object.entries(options.functions ?? {})) addFunction(name, source)
  const close = async () => {
    await server.close()
    return keeper?.close() ?? true
  }
  return {
    aws,
    model: aws.defaultAccount.secretsManager(),
    url: server.url,
    port: server.port,
    ...waysTo(aws, server.url),
    functionArn,
    functionEnvironment: (name) =>
      environmentOf(aws, server.url, role?.credentialsFor(functionArn(name), YEAR_SECONDS)),
    addFunction,
    overview,
    settled: () => aws.settled(),
    runDue: () => {
      const due = aws.runDue()
      keeper?.save()
      return due
    },
    close,
    [Symbol.asyncDispose]: async () => void (await close()),
  }
}

const modelsOf = (aws: LocalAws): LocalSecretsManager[] => aws.accounts.flatMap(({ models }) => models)

function waysTo(aws: LocalAws, url: string): Pick<Local, 'clientOptions' | 'environment'> {
  const { accessKeyId, secretAccessKey } = aws.defaultAccount.credentials
  return {
    clientOptions: { endpoint: url, region: aws.region, credentials: { accessKeyId, secretAccessKey } },
    environment: environmentOf(aws, url),
  }
}

/** Lambda renews what its functions sign with; here nobody does. */
const YEAR_SECONDS = 31_622_400

function environmentOf(
  { region, defaultAccount }: LocalAws,
  url: string,
  { accessKeyId, secretAccessKey, sessionToken }: LocalCredentials = defaultAccount.credentials,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  }
}

function callOf(name: string, arn: string, source: FunctionSource): (payload: unknown) => Promise<unknown> {
  if (typeof source === 'function') return async (payload) => source(payload, lambdaContext(arn))
  return functionAt(source.pathname === '/' ? new URL(invocationPath(name), source) : source)
}

function keeperFor(aws: LocalAws, { dataFile, onNotKept }: StartLocalOptions): Keeper | undefined {
  if (dataFile === undefined) return undefined
  const file = DataFile.open(dataFile)
  try {
    file.restore((state) => restoreState(aws, state))
  } catch (error) {
    file.close()
    throw error
  }
  const keeper = new Keeper(file, () => takeState(aws), onNotKept ?? (() => {}))
  // A rotation ends in its own time, and not by an operation; when it is told, the change may be half made.
  aws.onEvent(() => setImmediate(() => keeper.save()))
  return keeper
}

const statePage = (secrets: readonly SecretOverview[]) => ({
  status: 200,
  headers: headersOf('application/json'),
  body: `${JSON.stringify(secrets, undefined, 2)}\n`,
})
