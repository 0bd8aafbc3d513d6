/** The conformance kit for client secrets that a mint replaces: the old one expires by itself, or is dead at once. */
import { describe } from 'vitest'
import { conformanceCases } from '../../shared/conformance/index.ts'
import { skippedOfRun, testEach } from '../../test/kit-run.ts'
import { optionsFor } from './test-conformance.ts'
import { AUTH0, AUTH0_BY_ADMIN, KEYCLOAK, PINGONE } from './test-kinds.ts'

/** What hangs on the target; the rest is the same code, tried with another. */
const TELLING =
  /nobody disturbs|issued|`|a (probe|check|redirect)|killed .* a new token|is (locked|dropped)|an admin|the admin/
/** The same, and where a hand has to help while somebody is on the wire. */
const TELLING_BY_HAND = new RegExp(`${TELLING.source}|cut before every message of a rotation, .* the whole`)
const SHORT = /nobody disturbs|issued|`/
const WITH_CUTS =
  /nobody disturbs|issued|`|close|killed|cut before every message of a rotation|at every stage|is (down|locked|dropped)|a (probe|check|redirect)|admin/

describe.each([
  ['an application of PingOne, by an admin', PINGONE, WITH_CUTS, SHORT],
  ['a client of Auth0, by itself', AUTH0, TELLING, SHORT],
  [
    'a client of Auth0, by an admin',
    AUTH0_BY_ADMIN,
    /nobody disturbs|killed .* a new token/,
    /nobody disturbs/,
  ],
  ['a client of Keycloak, by an admin', KEYCLOAK, TELLING_BY_HAND, SHORT],
] as const)('conformance of %s', (name, kind, whole, short) => {
  const options = optionsFor(kind)
  const skip = skippedOfRun(conformanceCases(options), { cutsInShort: false, whole, short })
  testEach(`conformance of ${name}`, options, conformanceCases({ ...options, skip }))
})
