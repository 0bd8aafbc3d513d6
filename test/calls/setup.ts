/**
 * With `RECORD_AWS_CALLS=folder` every test file adds the kinds of calls of AWS that functions made in it, one a line.
 * `scripts/check-permissions.ts` compares them with `test/permissions/calls.json`.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordCalls, textOfCall } from './recorder.ts'

const folder = process.env['RECORD_AWS_CALLS']
const known = new Set<string>()
if (folder !== undefined)
  recordCalls((call) => {
    if (known.has(textOfCall(call))) return
    known.add(textOfCall(call))
    appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(call)}\n`)
  })
