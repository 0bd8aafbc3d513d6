import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { bundleFile } from '../scripts/build-options.ts'
import { type LambdaFunction, startFunction } from '../shared/conformance/function/lambda.ts'
import { type PostgresServer, requirePostgres } from '../test/servers/postgres.ts'
import { type Application, type SignIn, startApplication } from './application.ts'
import type { Display } from './display.ts'
import { evidenceIn, noteDecision } from './handler-log.ts'
import type { Household } from './household.ts'
import { prove } from './proof.ts'
import {
  CREDENTIALS,
  type DemoSecretsManager,
  FUNCTION_ARN,
  REGION,
  startSecretsManager,
} from './secrets-manager.ts'

export interface Stage {
  readonly household: Household
  readonly display: Display
  /** Hears each line that the handler logs. */
  onLog(line: string): void
}

const USER = 'app'
const DATABASE = 'shop'
const SECRET = 'demo/shop'

/** The application: two queries at a time leave the machine something for the rotation. */
const WORKERS = 2
/** Queries that must have succeeded before the rotation begins, and once more after it. */
const QUERIES_ASIDE = 20

/** Plays the demo and answers who the server ran as. Rejects when something failed or the proof did not hold. */
export async function playScene(stage: Stage): Promise<PostgresServer['account']> {
  const { print } = stage.display
  print('Rotates the password of a real PostgreSQL user with the bundled Lambda handler.\n')
  const server = await startServer(stage)
  const secretsManager = await startManager(stage)
  await makeUser(stage, server, secretsManager)
  const signIn = () => readSignIn(secretsManager, server)
  const before = await signIn()
  const rotationFunction = await startHandler(stage, server, secretsManager)
  const application = await startConsumer(stage, signIn)

  print('\nSecrets Manager rotates the secret:')
  const rotated = await secretsManager.rotate(SECRET, (event) =>
    showStep(stage, rotationFunction, event.Step, event),
  )
  await queriesMore(application)
  await application.stop()

  print('\nThe proof:')
  const after = await signIn()
  const evidence = evidenceIn(rotationFunction.logs)
  await prove({
    display: stage.display,
    server,
    application,
    before,
    after,
    movedAt: rotated.movedAt,
    statedGapMs: evidence.gapMs,
    logs: rotationFunction.logs,
    secrets: [before.password, after.password, ...rotated.rotationTokens],
  })
  print(`\nThe evidence record:\n${JSON.stringify(evidence, null, 2)}`)
  return server.account
}

const startServer = ({ display, household }: Stage) =>
  display.show('Starting PostgreSQL', async () => {
    const server = await household.keep(
      // The commit time of the new password is what the gap is measured from.
      requirePostgres({ kind: 'embedded', settings: { track_commit_timestamp: 'on' } }),
      (started) => started.stop(),
    )
    const { host, port, version } = server
    return { value: server, line: `PostgreSQL ${version} listens on ${host}:${port}, with SCRAM and TLS` }
  })

const startManager = ({ display, household }: Stage) =>
  display.show('Starting the local Secrets Manager', async () => {
    const secretsManager = await startSecretsManager(household)
    return { value: secretsManager, line: `The local Secrets Manager listens on ${secretsManager.url}` }
  })

const makeUser = ({ display }: Stage, server: PostgresServer, secretsManager: DemoSecretsManager) =>
  display.show('Creating a user and its secret', async () => {
    const password = randomBytes(18).toString('base64url')
    await server.sql(`CREATE ROLE ${USER} LOGIN PASSWORD '${password}'`)
    await server.sql(`CREATE DATABASE ${DATABASE} OWNER ${USER}`)
    await secretsManager.create(SECRET, {
      engine: 'postgres',
      host: server.host,
      port: server.port,
      dbname: DATABASE,
      username: USER,
      password,
    })
    return { value: undefined, line: `The user \`${USER}\` has a password, the secret ${SECRET} holds it` }
  })

const startHandler = (
  { display, household, onLog }: Stage,
  server: PostgresServer,
  secretsManager: DemoSecretsManager,
) =>
  display.show('Starting the function', async () => {
    const startedAt = performance.now()
    const rotationFunction = await household.keep(
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
      }),
      (started) => started.stop(),
    )
    const ms = Math.round(performance.now() - startedAt)
    return { value: rotationFunction, line: `The bundled handler rotate-postgres is loaded, in ${ms} ms` }
  })

const startConsumer = ({ display, household }: Stage, signIn: () => Promise<SignIn>) =>
  display.show('Starting an application', async () => {
    const application = await household.keep(Promise.resolve(startApplication(signIn, WORKERS)), (started) =>
      started.stop(),
    )
    await queriesMore(application)
    return {
      value: application,
      line: 'An application reads the secret and opens a new connection for every query',
    }
  })

const StepAnswer = z.object({ durationMs: z.number(), awsCalls: z.number() })

const showStep = ({ display }: Stage, rotationFunction: LambdaFunction, step: string, event: unknown) =>
  display.show(step, async (note) => {
    const answer = await rotationFunction.invoke(event, (line) => noteDecision(line, note))
    const { durationMs, awsCalls } = StepAnswer.parse(answer)
    return {
      value: undefined,
      line: `${step}: ${durationMs} ms, ${awsCalls} call${awsCalls === 1 ? '' : 's'} to Secrets Manager`,
    }
  })

/** The fields of the secret that a consumer uses. */
const ConsumedSecret = z.object({
  host: z.string(),
  port: z.number(),
  dbname: z.string(),
  username: z.string(),
  password: z.string(),
})

async function readSignIn(secretsManager: DemoSecretsManager, { ca }: PostgresServer): Promise<SignIn> {
  const { dbname, username, ...secret } = ConsumedSecret.parse(await secretsManager.read(SECRET))
  return { ...secret, database: dbname, user: username, ca }
}

/** Resolves when the application has made some more queries that succeeded; it rejects with what stopped it. */
async function queriesMore(application: Application): Promise<void> {
  const succeeded = () => application.queries.filter(({ failure }) => failure === undefined).length
  const enough = succeeded() + QUERIES_ASIDE
  const latest = Date.now() + 10_000
  while (succeeded() < enough) {
    if (Date.now() > latest) throw new Error('the application does not get on')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
