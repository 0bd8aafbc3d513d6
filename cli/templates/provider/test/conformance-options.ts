/** What the conformance kit is given. It also loads this module in a process of its own, with every debug switch on. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type ConformanceOptions, type LoudModule, progressLines } from 'quarterturn/conformance'
import { createExampleTarget } from '../src/index.ts'
import { freshTarget } from './conformance-target.ts'
import { signsIn } from './server.ts'

const ROOT = join(import.meta.dirname, '..')
/** One point alone, by the id that a failure prints. */
const only = process.env['CONFORMANCE_POINT']

export const options: ConformanceOptions = {
  provider: createExampleTarget({ allowClearTextLoopback: true }),
  freshTarget,
  signIn: ({ url, username, password }) => signsIn(String(url), String(username), String(password)),
  bundle: async () => {
    execFileSync(process.execPath, ['build.ts'], { cwd: ROOT })
    return {
      file: join(ROOT, 'dist', 'rotate-example-target', 'index.mjs'),
      environment: { EXAMPLE_TARGET_ALLOW_CLEAR_TEXT_LOOPBACK: 'true' },
    }
  },
  kills: 12,
  loud: new URL(import.meta.url),
  // The target is in memory, and a point mostly waits.
  atOnce: 8,
  onProgress: progressLines((line) => process.stdout.write(line)),
  repeatCommand: (point) => `CONFORMANCE_POINT=${JSON.stringify(point)} node --test test/conformance.test.ts`,
  ...(only === undefined ? {} : { only }),
}

const forTheKit: LoudModule['default'] = async () => ({ options, close: async () => {} })
export default forTheKit
