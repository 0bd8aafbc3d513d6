/** The conformance kit for client secrets of which two or more live at once. */
import { describe, expect, test } from 'vitest'
import { conformanceCases } from '../../shared/conformance/index.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { leftOutOfRun } from '../../test/kit-run.ts'
import { createOauth } from './index.ts'
import { ENTRA, freshClient, getsToken, type Kind, OKTA } from './test-conformance.ts'

/** What no target of these has, or the provider does not claim. */
const NOT_FOR_THIS_ONE =
  /does not alternate|has no lock|gives? no `|room for one beside|no admin makes|tries it|than are tried|is tried until/

function casesOf(kind: Kind) {
  const provider = createOauth({ allowClearTextLoopback: true })
  const options = {
    provider: {
      ...provider,
      capabilities: provider.capabilitiesOf?.(kind.fields('')) ?? provider.capabilities,
    } as Provider,
    freshTarget: (kit: { now: () => number }) => freshClient(kind, kit),
    signIn: (stored: Readonly<Record<string, unknown>>) => getsToken(kind, stored),
    atOnce: 16,
    recoveries: 'in turn',
  } as const
  const skip = Object.fromEntries(
    conformanceCases(options).flatMap(({ name }) => {
      const reason = leftOutOfRun(name, { cutsInShort: false })
      return reason === undefined ? [] : [[name, reason]]
    }),
  )
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
