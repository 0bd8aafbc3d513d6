/**
 * Holds every call of AWS that was recorded in a folder (`RECORD_AWS_CALLS=folder npm test`, and `npm run sam:check`) against the
 * policies of the templates, and tells what `test/permissions` proves although nobody calls it. With `--record` it adds what is
 * new to the calls that `test/permissions` knows, whose refusals it tries too.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { textOfCall } from '../test/calls/recorder.ts'
import { callsIn, readCalls, writeCalls } from '../test/permissions/calls.ts'
import { deniedOf } from '../test/permissions/roles.ts'

const [folder, ...options] = process.argv.slice(2)
if (folder === undefined) throw new Error('name the folder that RECORD_AWS_CALLS named')

const files = globSync('*.jsonl', { cwd: folder })
const heard = callsIn(files.flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n')))
const proven = readCalls()
const known = new Set(proven.map(textOfCall))
const isNew = heard.filter((call) => !known.has(textOfCall(call)))
const whats = (calls: typeof heard): ReadonlySet<string> =>
  new Set(calls.map(({ action, on }) => `${action} on ${on}`))
// Which fields and labels come up hangs on chance in some tests; what is called on what does not.
const stale = [...whats(proven)].filter((what) => !whats(heard).has(what))

console.log(`${heard.length} kinds of calls in ${files.length} processes, ${proven.length} proven`)
if (options.includes('--record')) {
  writeCalls(callsIn([...proven, ...heard].map((call) => JSON.stringify(call))))
} else {
  let denied = 0
  for (const call of heard)
    for (const action of await deniedOf(call)) {
      denied += 1
      console.log(`denied by ${action}, which is needed for ${textOfCall(call)}`)
    }
  for (const call of isNew) console.log(`allowed, and not yet in test/permissions: ${textOfCall(call)}`)
  for (const what of stale) console.log(`proven, and called nowhere: ${what}`)
  process.exitCode = denied + stale.length > 0 ? 1 : 0
}
