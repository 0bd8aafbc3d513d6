import { z } from 'zod'
import { type Application, type ReadSignIn, startApplication } from './application.ts'
import type { Note } from './display.ts'
import { evidenceIn, noteDecision } from './handler-log.ts'
import { type Claim, prove } from './proof.ts'
import { signInOf } from './sign-in.ts'
import type { DemoServer, Stage } from './stage.ts'

/** How one strategy is shown. */
export interface Scene<Server extends DemoServer = DemoServer> {
  /** What will be seen, in a sentence. */
  readonly opening: string
  /** The name of the secret that is rotated. */
  readonly secret: string
  /** Makes the users and the secrets; answers the values that no log may hold. */
  prepare(stage: Stage<Server>): Promise<readonly string[]>
  /** The workers of the application, by how each comes by its credential. `read`: from the secret, anew. */
  workers(read: ReadSignIn): readonly ReadSignIn[]
  /** What the workers do, in a sentence. */
  readonly application: string
  /** Notes what can be seen after a step. */
  afterStep?(stage: Stage<Server>, note: Note): Promise<void>
  /** What must hold at the end. */
  readonly claims: readonly Claim<Server>[]
}

/** Queries that must have succeeded before the rotation begins, and once more after it. */
const QUERIES_ASIDE = 20

/** Rotates once under the eyes of an application. Rejects when something failed or a claim does not hold. */
export async function playScene<Server extends DemoServer>(
  stage: Stage<Server>,
  scene: Scene<Server>,
): Promise<void> {
  const { display, server, secretsManager, rotationFunction } = stage
  display.print(`\n${scene.opening}\n`)
  const loggedBefore = rotationFunction.logs.length
  const kept = await scene.prepare(stage)
  const read: ReadSignIn = async () => signInOf(await secretsManager.read(scene.secret), server.ca)
  const before = await read()
  const application = await startConsumer(stage, scene, read, before.user)

  display.print('\nSecrets Manager rotates the secret:')
  const rotated = await secretsManager.rotate(scene.secret, (event) =>
    showStep(stage, scene, event.Step, event),
  )
  const after = await read()
  // Who keeps what the secret said before has to get on as well.
  const users = new Set([before.user, after.user])
  await Promise.all([...users].map((user) => queriesMore(application, user)))
  await application.stop()

  display.print('\nThe proof:')
  const logs = rotationFunction.logs.slice(loggedBefore)
  const evidence = evidenceIn(logs)
  await prove(display, scene.claims, {
    server,
    queries: application.queries,
    before,
    after,
    movedAt: rotated.movedAt,
    evidence,
    logs,
    secrets: [...kept, before.password, after.password, ...rotated.rotationTokens],
  })
  display.print(`\nThe evidence record:\n${JSON.stringify(evidence, null, 2)}`)
}

const startConsumer = <Server extends DemoServer>(
  { display, household }: Stage<Server>,
  scene: Scene<Server>,
  read: ReadSignIn,
  user: string,
) =>
  display.show('Starting an application', async () => {
    const starting = Promise.resolve(startApplication(scene.workers(read)))
    const application = await household.keep(starting, (started) => started.stop())
    await queriesMore(application, user)
    return { value: application, line: scene.application }
  })

const StepAnswer = z.object({ durationMs: z.number(), awsCalls: z.number() })

const showStep = <Server extends DemoServer>(
  stage: Stage<Server>,
  scene: Scene<Server>,
  step: string,
  event: unknown,
) =>
  stage.display.show(step, async (note) => {
    const answer = await stage.rotationFunction.invoke(event, (line) => noteDecision(line, note))
    const { durationMs, awsCalls } = StepAnswer.parse(answer)
    await scene.afterStep?.(stage, note)
    return {
      value: undefined,
      line: `${step}: ${durationMs} ms, ${awsCalls} call${awsCalls === 1 ? '' : 's'} to Secrets Manager`,
    }
  })

/** Resolves when the application has made some more queries as this user that succeeded; it rejects with what stopped it. */
async function queriesMore(application: Application, user: string): Promise<void> {
  const succeeded = () =>
    application.queries.filter((query) => query.user === user && query.failure === undefined).length
  const enough = succeeded() + QUERIES_ASIDE
  const latest = Date.now() + 10_000
  while (succeeded() < enough) {
    if (Date.now() > latest) throw new Error('the application does not get on')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
