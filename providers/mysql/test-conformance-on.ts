/** The conformance kit against a real server, for one way of rotating: every case, every point. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { buildHandler } from '../../scripts/build.ts'
import {
  type CaseOutcome,
  type ConformanceOptions,
  conformanceCases,
  type FreshTarget,
  progressLines,
} from '../../shared/conformance/index.ts'
import type { Strategy } from '../../shared/provider/index.ts'
import {
  asksForEach,
  isShort,
  leftOutOfRun,
  onePoint,
  repeatBy,
  TRIED_BY_EACH,
  TRIED_BY_WHOLE,
  testEach,
} from '../../test/kit-run.ts'
import { isUnavailable } from '../../test/servers/binaries.ts'
import { findMysql, type MysqlKind } from '../../test/servers/mysql/binaries.ts'
import { type MysqlServer, requireMysql } from '../../test/servers/mysql/server.ts'
import { createMysql, type MysqlOptions } from './index.ts'
import { type FreshOptions, freshAccount, type Rights } from './test-conformance.ts'
import { freshAccountAlone } from './test-conformance-alone.ts'
import { loudAt } from './test-loud.ts'
import { signsInUncounted } from './test-sign-in.ts'
import { signsIn } from './test-target.ts'

const recoveries = asksForEach ? 'each' : 'in turn'
/** What is the same whosoever rights are used. */
const SAME_BY_ANY_RIGHTS =
  /twice at once|at every stage|then thawed|held back|too slow|SIGKILL|the same rotation again|the next rotation, after|the rotation after a finished|every debug switch on$|the whole server|the password as plain text/
const SECOND = /cut before every message of the rotation after a finished one/
/** Of each strategy, for each server and each way; other moments for each. */
const KILLS = 6

/** Thousands of changes; none has to survive the machine, and each the end of the server by SIGKILL. */
const SETTINGS: Readonly<Record<MysqlKind, Readonly<Record<string, string>>>> = {
  mysql: {
    'disable-log-bin': '1',
    'caching-sha2-password-digest-rounds': '5000',
    'innodb-flush-log-at-trx-commit': '2',
  },
  mariadb: { 'innodb-flush-log-at-trx-commit': '2' },
}

export interface On {
  readonly kind: MysqlKind
  readonly rights: Rights
  readonly strategies: readonly Strategy[]
  /**
   * Those of them that are tried whole. Of the others, which another file for this server tries whole by other rights, every
   * crash, every message of a rotation and every bad day of the account is tried: what hangs on whose rights are used.
   * `QUARTERTURN_KIT=each` tries all of them whole.
   */
  readonly whole: readonly Strategy[]
  /** What short runs have of it. What they have not is told as skipped. */
  readonly inShortRuns: 'all' | 'all but cuts' | 'nothing'
  /** The test's own file, for the command that repeats a point. */
  readonly file: string
}

/** Why this run leaves a case out; undefined: it does not. */
function leftOut(name: string, { kind, rights, whole, inShortRuns }: On): string | undefined {
  const reason = leftOutOfRun(name, { cutsInShort: inShortRuns === 'all' })
  if (reason !== undefined || asksForEach) return reason
  if (kind === 'mysql' && rights === 'pair' && SECOND.test(name))
    return `cut in the same way on MariaDB; ${TRIED_BY_EACH}`
  return SAME_BY_ANY_RIGHTS.test(name) && !whole.some((strategy) => name.startsWith(`${strategy}: `))
    ? `the same by any rights, and tried by others of this server; ${TRIED_BY_EACH}`
    : undefined
}

export async function describeConformance(on: On): Promise<void> {
  const { kind, rights, strategies, file } = on
  if (isShort && on.inShortRuns === 'nothing') {
    test.skip(`the conformance kit on ${kind}, ${rights}: ${TRIED_BY_WHOLE}`, () => {})
    return
  }
  const found = await findMysql(kind)
  const missing = isUnavailable(found) ? found.unavailable : undefined
  const title = `conformance by ${rights === 'own' ? 'its own rights' : rights === 'pair' ? 'an admin, of two users' : 'an admin'}, on ${kind} ${missing ?? ''}`
  describe.skipIf(missing !== undefined)(title, () => {
    let running: MysqlServer | undefined
    let folder = ''
    const server = (): MysqlServer => {
      if (running === undefined) throw new Error('the server is there only while the cases run')
      return running
    }
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'quarterturn-conformance-'))
      running = await requireMysql({ kind, settings: { 'max-connections': '200', ...SETTINGS[kind] } })
    })
    afterAll(async () => {
      await running?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    const optionsFor = (
      fresh: (server: MysqlServer, options: FreshOptions) => Promise<FreshTarget>,
      { isStrict = false, ...settings }: MysqlOptions & Pick<FreshOptions, 'isStrict'> = {},
    ): ConformanceOptions => {
      const provider = createMysql(settings)
      let trusting: typeof provider | undefined
      const signIn = isStrict ? signsInUncounted : signsIn
      return {
        provider: {
          ...provider,
          capabilities: { ...provider.capabilities, strategies },
          open: (request: Parameters<typeof provider.open>[0]) => {
            // The authority of the server is known only when the cases run.
            trusting ??= createMysql({ ...settings, ca: server().ca })
            return trusting.open(request)
          },
        },
        freshTarget: () => fresh(server(), { rights, isStrict }),
        signIn: ({ username, password }) => signIn(server(), String(username), String(password)),
        bundle: async () => ({
          file: (await buildHandler('rotate-mysql', folder)).file,
          environment: { QUARTERTURN_TLS_CA: server().ca },
        }),
        kills: KILLS,
        seed: 1 + [...title].reduce((sum, character) => sum + character.charCodeAt(0), 0),
        onProgress: progressLines((line) => process.stdout.write(line), 15_000),
        recoveries,
        ...(onePoint === undefined ? {} : { only: onePoint }),
        repeatCommand: repeatBy(file),
      }
    }
    const main = optionsFor(freshAccount)
    const strict = optionsFor(freshAccount, { isStrict: true })
    const alone = {
      ...optionsFor(freshAccountAlone),
      atOnce: 1,
    }
    // Another seed, so other passwords: what this one sends is what the log must not hold.
    const plain = { ...optionsFor(freshAccountAlone, { passwordForm: 'plaintext' }), seed: 2, atOnce: 1 }
    const named = (options: ConformanceOptions, pattern: RegExp, how = '') =>
      conformanceCases(options)
        .filter(({ name }) => pattern.test(name))
        .map(({ name, run }) => ({ name: how === '' ? name : `${name} (${how})`, run }))
    const WHOLE_SERVER = /is read-only|refuses every new password|too slow/
    /**
     * Where an account that one failed sign-in locks comes through. By its own rights, what a rotation that was cut short
     * has left with `single-user` is found by one such sign-in.
     */
    const STRICT =
      rights === 'admin'
        ? /: a rotation that nobody disturbs|: no sign-in fails|: killed before and after every call/
        : /^dual-password: (a rotation that nobody disturbs|killed before and after every call)|: no sign-in fails/
    const LOUD = /every debug switch on$/
    const strictly =
      (run: () => Promise<CaseOutcome>): (() => Promise<CaseOutcome>) =>
      async () => {
        if (kind === 'mariadb') await server().sql('SET GLOBAL max_password_errors = 1')
        try {
          return await run()
        } finally {
          if (kind === 'mariadb') await server().sql('SET GLOBAL max_password_errors = DEFAULT')
        }
      }
    const cases = [
      ...named(main, /^/).filter(
        ({ name }) => ![WHOLE_SERVER, STRICT, LOUD, /the log of the target/].some((set) => set.test(name)),
      ),
      ...named(strict, STRICT, 'one failed sign-in locks the account').map((one) => ({
        ...one,
        run: strictly(one.run),
      })),
      ...named(main, LOUD).map(({ name }) => ({
        name,
        run: async () => {
          const loud = { ...main, loud: loudAt(server(), rights) }
          const [one] = named(loud, LOUD).filter((other) => other.name === name)
          if (one === undefined) throw new Error('the case is gone')
          return one.run()
        },
      })),
      ...named(alone, /is read-only|too slow|the target is down/, 'the whole server'),
      // MariaDB's policies have to see the password.
      ...named(kind === 'mariadb' ? plain : alone, /refuses every new password/, 'a policy of the server'),
      ...named(alone, /the log of the target/, 'every statement logged'),
      ...named(plain, /: nothing that/, 'the password as plain text'),
    ].map(({ name, run }) => {
      const reason = leftOut(name, on)
      return reason === undefined
        ? { name, run }
        : { name, run: (): Promise<CaseOutcome> => Promise.resolve({ name, outcome: 'skipped', reason }) }
    })

    testEach(title, main, cases)
  })
}
