/** The process of a built function that has credentials issued is killed for real, and hours pass for the next one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleFile, bundleOptions } from '../../../scripts/build-options.ts'
import type { Provider } from '../../provider/index.ts'
import { conformanceCases } from '../index.ts'
import { mintingProvider } from '../targets/test-mint-provider.ts'
import { freshMint, type MintKind, signsInToMint } from '../targets/test-mint-server.ts'

/** Each point starts three processes, and waits for its turn on a busy machine. */
const KILLS_MS = 240_000

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-mint-kills-'))
  const entryPoints = { index: join(import.meta.dirname, 'test-mint-handler.ts') }
  await build({ ...bundleOptions('mint', folder), entryPoints })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a function that is killed leaves nothing behind for long', { timeout: KILLS_MS }, async () => {
  const kind: MintKind = { livesAtOnce: 2 }
  const [found] = conformanceCases({
    provider: mintingProvider(kind) as Provider,
    freshTarget: (kit) => freshMint(kind, kit),
    signIn: signsInToMint,
    bundle: async () => ({
      file: bundleFile('mint', folder),
      environment: { MINT_KIND: JSON.stringify(kind) },
    }),
    kills: 6,
  }).filter(({ name }) => name.includes('ended by SIGKILL'))
  expect(await found?.run()).toMatchObject({ outcome: 'held', points: 6 })
})
