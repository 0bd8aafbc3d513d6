import { bundleFile } from '../scripts/build-options.ts'
import { type LambdaFunction, startFunction } from '../shared/conformance/function/lambda.ts'
import { type PostgresServer, requirePostgres } from '../test/servers/postgres.ts'
import type { Display } from './display.ts'
import type { Household } from './household.ts'
import {
  CREDENTIALS,
  type DemoSecretsManager,
  FUNCTION_ARN,
  REGION,
  startSecretsManager,
} from './secrets-manager.ts'

/** What every strategy is shown on. */
export interface Stage {
  readonly household: Household
  readonly display: Display
  readonly server: PostgresServer
  readonly secretsManager: DemoSecretsManager
  readonly rotationFunction: LambdaFunction
}

export interface StageOptions {
  readonly household: Household
  readonly display: Display
  /** Hears each line that the handler logs. */
  onLog(line: string): void
}

/** Starts a server, a Secrets Manager and the bundled handler. The household ends them. */
export async function setStage({ household, display, onLog }: StageOptions): Promise<Stage> {
  const server = await startServer(household, display)
  const secretsManager = await startManager(household, display)
  const rotationFunction = await display.show('Starting the function', async () => {
    const startedAt = performance.now()
    const value = await household.keep(startHandler(server, secretsManager, onLog), (started) =>
      started.stop(),
    )
    const ms = Math.round(performance.now() - startedAt)
    return { value, line: `The bundled handler rotate-postgres is loaded, in ${ms} ms` }
  })
  return { household, display, server, secretsManager, rotationFunction }
}

const startServer = (household: Household, { show }: Display) =>
  show('Starting PostgreSQL', async () => {
    const server = await household.keep(
      // The commit time of a new password is what a gap is measured from.
      requirePostgres({ kind: 'embedded', settings: { track_commit_timestamp: 'on' } }),
      (started) => started.stop(),
    )
    const { host, port, version } = server
    return { value: server, line: `PostgreSQL ${version} listens on ${host}:${port}, with SCRAM and TLS` }
  })

const startManager = (household: Household, { show }: Display) =>
  show('Starting the local Secrets Manager', async () => {
    const secretsManager = await startSecretsManager(household)
    return { value: secretsManager, line: `The local Secrets Manager listens on ${secretsManager.url}` }
  })

const startHandler = (
  server: PostgresServer,
  secretsManager: DemoSecretsManager,
  onLog: StageOptions['onLog'],
) =>
  startFunction({
    bundle: bundleFile('rotate-postgres'),
    arn: FUNCTION_ARN,
    timeoutMs: 30_000,
    environment: {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
      QUARTERTURN_TLS_CA: server.ca,
      // Tells each decision as it is taken.
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
    },
    onLog,
  })
