/** The conformance kit for both kinds of secrets, by their own rights. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { buildHandler } from '../../scripts/build.ts'
import { type ConformanceOptions, conformanceCases } from '../../shared/conformance/index.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { onePoint, repeatBy, skippedOfRun, testEach } from '../../test/kit-run.ts'
import { freshApp, freshAppOfAdmin, freshUser, freshUserOfAdmin, signsIn } from './test-conformance.ts'
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
  kills: 2,
  // The target is in memory, and a point mostly waits.
  atOnce: 8,
  recoveries: 'in turn',
  repeatCommand: repeatBy('providers/salesforce/conformance.test.ts'),
  ...(onePoint === undefined ? {} : { only: onePoint }),
})

/** What the kit asks of credentials that are not promoted, or carry a mark. */
const NOT_OF_STAGED: Readonly<Record<string, string>> = {
  'staged: a credential lives as long as is said when it is issued, and no longer than `longestLifeMs`':
    'it expires only where it is not promoted',
  'staged: retire ends the old credential and no other, and a repeat does no harm':
    'the old one is the primary one until then; client/client.test.ts tries it afterwards',
  'staged: what an interrupted rotation left is ended by the next, when nobody has it in hand':
    'it is used by the next, whoever finds it; shared/engine/staged.test.ts and client/client.test.ts try it',
}

/** What is another way with an admin. */
const OF_ADMINS =
  /nobody disturbs|killed|admin|claim|a check|is slow|cut before every message of a rotation, .* the same step/
const OF_ADMINS_IN_SHORT = /nobody disturbs|killed .* the same step|admin/

describe.each([
  ['a client secret', freshApp, {}, {}],
  ['the password of a user', freshUser, { username: 'robot' }, {}],
  ['a client secret, by an admin', freshAppOfAdmin, {}, { whole: OF_ADMINS, short: OF_ADMINS_IN_SHORT }],
  [
    'the password of a user, by an admin',
    freshUserOfAdmin,
    { username: 'robot' },
    { whole: OF_ADMINS, short: OF_ADMINS_IN_SHORT },
  ],
] as const)('conformance of %s', (title, freshTarget, kind, scope) => {
  const options = optionsFor(freshTarget, kind)
  const skip = skippedOfRun(
    conformanceCases(options),
    { cutsInShort: true, triesEach: true, ...scope },
    NOT_OF_STAGED,
  )
  testEach(`conformance of ${title}`, options, conformanceCases({ ...options, skip }))
})
