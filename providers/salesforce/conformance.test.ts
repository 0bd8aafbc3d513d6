/** The conformance kit for both kinds of secrets, by their own rights. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { buildHandler } from '../../scripts/build.ts'
import { type ConformanceOptions, conformanceCases } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { leftOutOfRun, onePoint, repeatBy, testEach } from '../../test/kit-run.ts'
import { freshApp, freshUser, signsIn } from './test-conformance.ts'
import { provider } from './test-session.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-conformance-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const optionsFor = (
  freshTarget: ConformanceOptions['freshTarget'],
  kind: StoredSecret,
): ConformanceOptions => ({
  provider: { ...provider, capabilities: provider.capabilitiesOf?.(kind) ?? provider.capabilities },
  freshTarget,
  signIn: signsIn,
  bundle: async () => ({
    file: (await buildHandler('rotate-salesforce', folder)).file,
    environment: { QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'true' },
  }),
  kills: 4,
  // The target is in memory, and a point mostly waits.
  atOnce: 8,
  recoveries: 'in turn',
  repeatCommand: repeatBy('providers/salesforce/conformance.test.ts'),
  ...(onePoint === undefined ? {} : { only: onePoint }),
})

describe.each([
  ['a client secret', freshApp, {}],
  ['the password of a user', freshUser, { username: 'robot' }],
] as const)('conformance of %s', (title, freshTarget, kind) => {
  const options = optionsFor(freshTarget, kind)
  const skip = Object.fromEntries(
    conformanceCases(options).flatMap(({ name }) => {
      const reason = leftOutOfRun(name, { cutsInShort: false })
      return reason === undefined ? [] : [[name, reason]]
    }),
  )
  testEach(`conformance of ${title}`, options, conformanceCases({ ...options, skip }))
})
