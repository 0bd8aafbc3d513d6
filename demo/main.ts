/** The demo: real credentials rotated by the bundled Lambda handler, by each strategy, and the proof that it held. */
import type { ServerAccount } from '../test/servers/account.ts'
import { createDisplay, wantsLive } from './display.ts'
import { Household } from './household.ts'
import { findMysqlTarget, MYSQL_SCENES } from './mysql/target.ts'
import { AUTHORITY, OAUTH_SCENES } from './oauth/target.ts'
import { HELP, parseOptions, type TargetName } from './options.ts'
import { POSTGRES, POSTGRES_SCENES } from './postgres-target.ts'
import { playScene, type Scene } from './scene.ts'
import { endOnSignals } from './signals.ts'
import { type DemoServer, setStage, type Target } from './stage.ts'

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${HELP}`)
  process.exit(2)
}
if (options.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

const { logs: showsLogs } = options
const startedAt = performance.now()
const household = new Household()
const isEnding = endOnSignals(household)
const display = createDisplay(wantsLive(process.stdout, process.env) && !showsLogs)
const logs: string[] = []

try {
  const account = await show(options.target, options.strategies)
  await household.end()
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  display.print(`\nThe proof held. ${leftBehind(account)} ${seconds} s.`)
} catch (error) {
  // While a signal ends the servers, the scene fails for want of them; the signal decides how the process ends.
  if (!isEnding()) {
    await household.end()
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`)
    if (!showsLogs && logs.length > 0)
      process.stderr.write(`\nWhat the handler logged last:\n${logs.slice(-5).join('\n')}\n`)
    process.exitCode = 1
  }
}

async function show(target: TargetName, strategies: readonly string[]): Promise<ServerAccount> {
  if (target === 'oauth') return await playAll(AUTHORITY, OAUTH_SCENES, strategies)
  return target === 'postgres'
    ? await playAll(POSTGRES, POSTGRES_SCENES, strategies)
    : await playAll(await findMysqlTarget(target), MYSQL_SCENES, strategies)
}

/** One scene after the other, on one server. Answers who ran that. */
async function playAll<Server extends DemoServer>(
  target: Target<Server>,
  scenes: Readonly<Record<string, Scene<Server>>>,
  strategies: readonly string[],
): Promise<ServerAccount> {
  display.print(
    `Rotates real ${target.credentials ?? `${target.name} passwords`} with the bundled Lambda handler.\n`,
  )
  const onLog = (line: string): void => {
    logs.push(line)
    if (showsLogs) display.print(`  log   ${line}`)
  }
  const stage = await setStage({ target, household, display, onLog })
  for (const strategy of strategies) {
    const scene = scenes[strategy]
    if (scene !== undefined) await playScene(stage, scene)
  }
  return stage.server.account
}

function leftBehind(account: ServerAccount): string {
  if (account.kind === 'own') return 'Nothing is left behind.'
  return account.added
    ? 'Nothing is left behind but the system account `postgres`, which was added to run the server.'
    : 'Nothing is left behind; the system account `postgres`, which ran the server, was already there.'
}
