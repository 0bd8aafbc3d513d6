import { bundleFile } from '../scripts/build-options.ts'
import { type LambdaFunction, startFunction } from '../shared/conformance/function/lambda.ts'
import type { ServerAccount } from '../test/servers/account.ts'
import type { Display } from './display.ts'
import type { Household } from './household.ts'
import {
  CREDENTIALS,
  type DemoSecretsManager,
  functionArn,
  REGION,
  startSecretsManager,
} from './secrets-manager.ts'

/** What every demo needs of the server whose passwords are rotated. */
export interface DemoServer {
  readonly host: string
  readonly port: number
  readonly ca: string
  readonly version: string
  readonly account: ServerAccount
  stop(): Promise<void>
}

/** A server, and the handler that rotates what is on it. */
export interface Target<Server extends DemoServer> {
  /** `PostgreSQL`. */
  readonly name: string
  /** What is rotated. Default: its passwords. */
  readonly credentials?: string
  /** What is said of the connections to it, after its address. */
  readonly secured: string
  /** The file in `handlers/`, without its ending. */
  readonly handler: string
  start(): Promise<Server>
}

/** What every strategy is shown on. */
export interface Stage<Server extends DemoServer = DemoServer> {
  readonly household: Household
  readonly display: Display
  readonly server: Server
  readonly secretsManager: DemoSecretsManager
  readonly rotationFunction: LambdaFunction
}

export interface StageOptions<Server extends DemoServer> {
  readonly target: Target<Server>
  readonly household: Household
  readonly display: Display
  /** Hears each line that the handler logs. */
  onLog(line: string): void
}

/** Starts a server, a Secrets Manager and the bundled handler. The household ends them. */
export async function setStage<Server extends DemoServer>({
  target,
  household,
  display,
  onLog,
}: StageOptions<Server>): Promise<Stage<Server>> {
  const server = await startServer(target, household, display)
  const secretsManager = await startManager(target, household, display)
  const rotationFunction = await display.show('Starting the function', async () => {
    const startedAt = performance.now()
    const starting = startHandler(target.handler, server.ca, secretsManager, onLog)
    const value = await household.keep(starting, (started) => started.stop())
    const ms = Math.round(performance.now() - startedAt)
    return { value, line: `The bundled handler ${target.handler} is loaded, in ${ms} ms` }
  })
  return { household, display, server, secretsManager, rotationFunction }
}

const startServer = <Server extends DemoServer>(
  target: Target<Server>,
  household: Household,
  { show }: Display,
) =>
  show(`Starting ${target.name}`, async () => {
    const server = await household.keep(target.start(), (started) => started.stop())
    const { host, port, version } = server
    return { value: server, line: `${target.name} ${version} listens on ${host}:${port}, ${target.secured}` }
  })

const startManager = ({ handler }: Target<DemoServer>, household: Household, { show }: Display) =>
  show('Starting the local Secrets Manager', async () => {
    const secretsManager = await startSecretsManager(household, handler)
    return { value: secretsManager, line: `The local Secrets Manager listens on ${secretsManager.url}` }
  })

const startHandler = (
  handler: string,
  ca: string,
  secretsManager: DemoSecretsManager,
  onLog: (line: string) => void,
) =>
  startFunction({
    bundle: bundleFile(handler),
    arn: functionArn(handler),
    timeoutMs: 30_000,
    environment: {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
      QUARTERTURN_TLS_CA: ca,
      // Tells each decision as it is taken.
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
    },
    onLog,
  })
