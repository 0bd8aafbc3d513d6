/** The conformance kit against real servers, for one strategy. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { buildHandler } from '../../scripts/build.ts'
import { type ConformanceOptions, conformanceCases, progressLines } from '../../shared/conformance/index.ts'
import type { Strategy } from '../../shared/provider/index.ts'
import { leftOutOfRun, onePoint, repeatBy, testEach } from '../../test/kit-run.ts'
import { findPostgres, isUnavailable } from '../../test/servers/binaries.ts'
import { type PostgresServer, requirePostgres } from '../../test/servers/postgres.ts'
import { createPostgres, type PostgresOptions } from './index.ts'
import { freshQuickRole, freshRole } from './test-conformance.ts'
import { freshRoleOnOwnServer, OWN_SERVER } from './test-own-server.ts'
import { signsIn } from './test-target.ts'

/** Thousands of sign-ins: what makes each of them slow on purpose is left out. */
const QUICK = { scram_iterations: '1' } as const

/** Cases that cut the target off, or do all that can be done to it. */
const CUTTING = /the target is down|: nothing |the log of the target/

export interface KitRun {
  readonly strategy: Strategy
  /** The test file, for the command that repeats one point. */
  readonly file: string
  readonly recoveries: NonNullable<ConformanceOptions['recoveries']>
  /** Whether short runs cut the wire. */
  readonly cutsInShort: boolean
}

const found = await findPostgres('embedded')
const missing = isUnavailable(found) ? found.unavailable : undefined

/** Every case of the kit, each a test, on servers of their own. */
export function describeConformance({ strategy, file, recoveries, cutsInShort }: KitRun): void {
  describe.skipIf(missing !== undefined)(`conformance, on the embedded PostgreSQL ${missing ?? ''}`, () => {
    let shared: PostgresServer | undefined
    let own: PostgresServer | undefined
    let folder = ''
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'quarterturn-conformance-'))
      shared = await requirePostgres({ kind: 'embedded', keepsSessions: true, settings: QUICK })
      own = await requirePostgres({ kind: 'embedded', settings: { ...OWN_SERVER, ...QUICK } })
    })
    afterAll(async () => {
      await Promise.all([shared?.stop(), own?.stop()])
      await rm(folder, { recursive: true, force: true })
    })

    const optionsFor = (
      server: () => PostgresServer,
      fresh: typeof freshRole,
      settings: PostgresOptions = {},
    ): ConformanceOptions => {
      const provider = createPostgres(settings)
      let trusting: typeof provider | undefined
      return {
        provider: {
          ...provider,
          open: (request: Parameters<typeof provider.open>[0]) => {
            // The authority of the server is known only when the cases run.
            trusting ??= createPostgres({ ...settings, ca: server().ca })
            return trusting.open(request)
          },
        },
        freshTarget: () => fresh(server()),
        signIn: ({ username, password, ssl }) =>
          signsIn(server(), String(username), String(password), { tls: ssl !== false }),
        bundle: async () => ({
          file: (await buildHandler('rotate-postgres', folder)).file,
          environment: {
            QUARTERTURN_TLS_CA: server().ca,
            QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: String(settings.allowClearTextLoopback === true),
          },
        }),
        onProgress: progressLines((line) => process.stdout.write(line), 15_000),
        recoveries,
        ...(onePoint === undefined ? {} : { only: onePoint }),
        repeatCommand: repeatBy(file),
      }
    }
    const running = (server: PostgresServer | undefined): PostgresServer => {
      if (server === undefined) throw new Error('the servers are there only while the cases run')
      return server
    }
    const main = optionsFor(() => running(shared), freshQuickRole, { allowClearTextLoopback: true })
    const cut = {
      ...optionsFor(() => running(shared), freshRole),
      loud: new URL('./test-loud.ts', import.meta.url),
    }
    const alone = { ...optionsFor(() => running(own), freshRoleOnOwnServer), atOnce: 1 }
    const plain = {
      ...optionsFor(() => running(own), freshRoleOnOwnServer, { passwordForm: 'plaintext' }),
      atOnce: 1,
    }
    /** Each case that is left out is told with the reason. */
    const withoutSome = (options: ConformanceOptions): ConformanceOptions => ({
      ...options,
      skip: Object.fromEntries(
        conformanceCases(options).flatMap(({ name }) => {
          const reason = leftOutOfRun(name, { cutsInShort, triesEach: recoveries === 'each' })
          return reason === undefined ? [] : [[name, reason]]
        }),
      ),
    })
    const named = (options: ConformanceOptions, pattern: RegExp, how: string) =>
      conformanceCases(options)
        .filter(({ name }) => pattern.test(name))
        .map(({ name, run }) => ({ name: `${name} (${how})`, run }))
    const ofStrategy = ({ name }: { readonly name: string }): boolean => name.startsWith(`${strategy}: `)
    const isCut = ({ name }: { readonly name: string }): boolean => CUTTING.test(name)
    const cases = [
      // What these two do to a server would be seen by every point that is under way.
      ...conformanceCases(withoutSome(main)).filter(
        (one) => !isCut(one) && !/is read-only|refuses every new password/.test(one.name),
      ),
      ...conformanceCases(cut).filter(isCut),
      ...named(alone, /the target is read-only/, 'a server set to read-only'),
      ...named(alone, /the target is down/, 'a crash and a restart'),
      ...named(alone, /the log of the target/, 'every statement logged'),
      ...named(plain, /refuses every new password/, 'passwordcheck, the password as plain text'),
      ...named(plain, /: nothing that/, 'the password as plain text'),
    ].filter(ofStrategy)

    testEach(`conformance of postgres, ${strategy}`, main, cases)
  })
}
