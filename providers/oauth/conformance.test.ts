/** The conformance kit for client secrets of which two or more live at once. */
import { describe, expect, test } from 'vitest'
import { conformanceCases } from '../../shared/conformance/index.ts'
import { skippedOfRun } from '../../test/kit-run.ts'
import { optionsFor } from './test-conformance.ts'
import { ENTRA, type Kind, OKTA } from './test-kinds.ts'

/** What no target of these has, or the provider does not claim. */
const NOT_FOR_THIS_ONE =
  /does not alternate|has no lock|gives? no `|room for one beside|no admin makes|tries it|than are tried|is tried until/

function casesOf(kind: Kind) {
  const options = optionsFor(kind)
  const skip = skippedOfRun(conformanceCases(options), { cutsInShort: false })
  return conformanceCases({ ...options, skip })
}

/** What hangs on the target; the rest is the same code, tried with the other. */
const TELLING =
  /nobody disturbs|issued|interrupted|`|a (probe|check|redirect|mint)|expire|list|revoke|killed before and after every call, it recovers by the whole/

describe.each([
  ['Okta', OKTA, /./],
  ['Microsoft Entra ID', ENTRA, TELLING],
])('conformance of a client of %s', (_name, kind, tried) => {
  const cases = casesOf(kind).filter(({ name }) => tried.test(name))
  test.each(cases)('$name', { timeout: 300_000 }, async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else expect(result.reason).toMatch(NOT_FOR_THIS_ONE)
  })
})
