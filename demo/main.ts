/** The demo: one rotation of a real PostgreSQL password by the bundled Lambda handler, and the proof that it held. */
import type { ServerAccount } from '../test/servers/account.ts'
import { createDisplay, wantsLive } from './display.ts'
import { Household } from './household.ts'
import { HELP, parseOptions } from './options.ts'
import { playScene } from './scene.ts'
import { endOnSignals } from './signals.ts'

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
  const account = await playScene({
    household,
    display,
    onLog: (line) => {
      logs.push(line)
      if (options.logs) display.print(`  log   ${line}`)
    },
  })
  await household.end()
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  display.print(`\nThe proof held. ${leftBehind(account)} ${seconds} s.`)
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
