/** The kit's cases of credentials that the target issues, on sound providers of a small target over HTTP. */
import { describe, expect, test } from 'vitest'
import type { Provider } from '../provider/index.ts'
import { conformanceCases } from './index.ts'
import { mintingProvider } from './targets/test-mint-provider.ts'
import { freshMint, type MintKind, signsInToMint } from './targets/test-mint-server.ts'

/** What no target of these has, or a provider does not claim. */
const NOT_FOR_THIS_ONE =
  /does not alternate|no admin makes the changes|gives no `(admin.rotate|sharingAdmin)`|has no lock|give no `(loud|bundle)`|room for one beside|does not retire|old credential at once|what is replaced may have/

/** What hangs on how a target is; the rest is the same wherever credentials are issued so. */
const TELLING = /nobody disturbs|issued|interrupted|`|at every stage|call, it recovers by the whole/
/** These mostly wait, and one strategy shows what they do. */
const WAITING = /held back .* by (the whole|a new)|is too slow|: nothing |the log of the target/

const KINDS: readonly (readonly [string, MintKind, (name: string) => boolean])[] = [
  ['two live at once', { livesAtOnce: 2 }, () => true],
  [
    'many live at once, others have some, and values can be read',
    { livesAtOnce: 8, readable: true },
    (name) => TELLING.test(name),
  ],
  ['a new one is refused for a while', { livesAtOnce: 3, settlesMs: 90_000 }, (name) => TELLING.test(name)],
  ['each expires', { livesAtOnce: 3, lifeMs: 60 * 86_400_000 }, (name) => /disturbs|`/.test(name)],
  ['a mint ends the old one', { livesAtOnce: 1, endsOldAfterMs: 0 }, (name) => !WAITING.test(name)],
  [
    'an admin has one issued that ends the old one',
    { livesAtOnce: 1, endsOldAfterMs: 0, byAdmin: true },
    (name) => /nobody disturbs|call, it recovers by|a rotation, it recovers by|admin/.test(name),
  ],
  [
    'a mint lets the old one expire',
    { livesAtOnce: 2, endsOldAfterMs: 3_600_000 },
    (name) => TELLING.test(name) || /cut before .* a rotation/.test(name),
  ],
]

const casesOf = (kind: MintKind) =>
  conformanceCases({
    provider: mintingProvider(kind) as Provider,
    freshTarget: (kit) => freshMint(kind, kit),
    signIn: signsInToMint,
    atOnce: 16,
    recoveries: 'in turn',
  })

describe.each(KINDS)('a sound provider of a target where %s', (_name, kind, wants) => {
  test.concurrent.each(casesOf(kind).filter(({ name }) => wants(name)))('$name', async ({ run }) => {
    const result = await run()
    if (result.outcome === 'held') expect(result.points).toBeGreaterThan(0)
    else expect(result.reason).toMatch(NOT_FOR_THIS_ONE)
  })
})

test('what a strategy cannot keep is told: where nothing stored signed in, and that an admin ends it, or a hand', async () => {
  const inPlace = { livesAtOnce: 1, endsOldAfterMs: 0 }
  const notesOf = async (part: RegExp, kind: MintKind = inPlace): Promise<string> => {
    const cases = casesOf(kind)
    const results = await Promise.all(cases.filter(({ name }) => part.test(name)).map(({ run }) => run()))
    return results.flatMap((result) => (result.outcome === 'held' ? result.notes : [])).join('\n')
  }
  const killed = await notesOf(/: killed before and after/)
  expect(killed).toMatch(
    /^nothing that was stored signed in after: createSecret: killed after mint as current \d/m,
  )
  expect(killed).toMatch(/^\d points were ended by a credential that somebody made by hand/m)
  const byAdmin = await notesOf(/: killed before and after/, { ...inPlace, byAdmin: true })
  expect(byAdmin).toMatch(/^nothing that was stored signed in after: .*killed after mint as admin \d/m)
  expect(byAdmin).not.toContain('by hand')
  expect(await notesOf(/nobody disturbs/)).toMatch(
    /^AWSCURRENT is refused from after createSecret mint as current to finishSecret .*, for \d+ calls, which took up to \d+ ms here$/m,
  )
})

describe('a sound provider of a target that finds nothing to change', () => {
  const kind: MintKind = { livesAtOnce: 1, endsOldAfterMs: 0 }
  const sound = mintingProvider(kind) as Provider
  const conditional: Provider = {
    ...sound,
    capabilities: { ...sound.capabilities, strategies: ['conditional'] },
    open: (request) => ({ ...sound.open(request), mint: async () => ({ result: 'unchanged' }) }),
  }
  const cases = conformanceCases({
    provider: conditional,
    freshTarget: (kit) => freshMint(kind, kit),
    signIn: signsInToMint,
    atOnce: 16,
    recoveries: 'in turn',
  }).filter(({ name }) =>
    /nobody disturbs|at every stage|twice at once|killed .* the whole sequence/.test(name),
  )
  test.concurrent.each(cases)('$name', async ({ run }) => {
    expect(await run()).toMatchObject({ outcome: 'held' })
  })
})
