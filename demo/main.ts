/** The demo: real PostgreSQL passwords rotated by the bundled Lambda handler, by each strategy, and the proof that it held. */
import type { ServerAccount } from '../test/servers/account.ts'
import { alternatingUsers } from './alternating-users.ts'
import { createDisplay, wantsLive } from './display.ts'
import { Household } from './household.ts'
import { HELP, parseOptions, type Strategy } from './options.ts'
import { playScene, type Scene } from './scene.ts'
import { endOnSignals } from './signals.ts'
import { singleUser } from './single-user.ts'
import { setStage } from './stage.ts'

const SCENES: Readonly<Record<Strategy, Scene>> = {
  'single-user': singleUser,
  'alternating-users': alternatingUsers,
}

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${HELP}`)
  process.exit(2)
}
if (options.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

const startedAt = performance.now()
const household = new Household()
const isEnding = endOnSignals(household)
const display = createDisplay(wantsLive(process.stdout, process.env) && !options.logs)
const logs: string[] = []

try {
  display.print('Rotates real PostgreSQL passwords with the bundled Lambda handler.\n')
  const stage = await setStage({
    household,
    display,
    onLog: (line) => {
      logs.push(line)
      if (options.logs) display.print(`  log   ${line}`)
    },
  })
  for (const strategy of options.strategies) await playScene(stage, SCENES[strategy])
  await household.end()
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  display.print(`\nThe proof held. ${leftBehind(stage.server.account)} ${seconds} s.`)
} catch (error) {
  // While a signal ends the servers, the scene fails for want of them; the signal decides how the process ends.
  if (!isEnding()) {
    await household.end()
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`)
    if (!options.logs && logs.length > 0)
      process.stderr.write(`\nWhat the handler logged last:\n${logs.slice(-5).join('\n')}\n`)
    process.exitCode = 1
  }
}

function leftBehind(account: ServerAccount): string {
  if (account.kind === 'own') return 'Nothing is left behind.'
  return account.added
    ? 'Nothing is left behind but the system account `postgres`, which was added to run the server.'
    : 'Nothing is left behind; the system account `postgres`, which ran the server, was already there.'
}
