import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { type RecordedCall, textOfCall } from '../calls/recorder.ts'

const FILE = join(import.meta.dirname, 'calls.json')

const Calls = z.array(
  z.object({
    action: z.string().regex(/^[a-z-]+:[A-Za-z]+$/),
    on: z.enum([
      'secret',
      'admin secret',
      'admin secret of RDS',
      'schedule',
      'server of RDS',
      'admin user of RDS',
      'user pool',
      'target role',
      'bus',
    ]),
    with: z.array(z.string()),
  }),
)

/** Every kind of call of AWS that functions made in the whole suite, as `npm run permissions -- --record` found them. */
export const readCalls = (): readonly RecordedCall[] => Calls.parse(JSON.parse(readFileSync(FILE, 'utf8')))

/** What the test files and checks left in the folder, each kind once, sorted. */
export const callsIn = (lines: readonly string[]): readonly RecordedCall[] => {
  const calls = Calls.parse(lines.map((line): unknown => JSON.parse(line)))
  const byText = new Map(calls.map((call) => [textOfCall(call), call]))
  return [...byText].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, call]) => call)
}

export const writeCalls = (calls: readonly RecordedCall[]): void =>
  writeFileSync(FILE, `[\n${calls.map((call) => `  ${JSON.stringify(call)}`).join(',\n')}\n]\n`)
