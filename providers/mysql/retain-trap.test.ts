/** The trap that `REPLACE` is for: a plain RETAIN sent twice keeps the new password twice and drops the one in force. */
import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { ConformanceFailure, conformanceCases } from '../../shared/conformance/index.ts'
import type { Session } from '../../shared/provider/index.ts'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { createMysql } from './index.ts'
import { literal } from './quote.ts'
import type { MysqlSecret } from './schema.ts'
import { freshAccount } from './test-conformance.ts'
import { signsIn } from './test-target.ts'

const REPEATED = /: a repeated apply/

/** The provider, or one that changes the password without comparing. */
function caseOf(server: MysqlServer, isPlain: boolean) {
  const provider = createMysql({ ca: server.ca })
  const retain = async (from: MysqlSecret, to: MysqlSecret): Promise<void> => {
    const { host, port, username: user, password } = from
    const connection = await mysql.createConnection({ host, port, user, password, ssl: { ca: server.ca } })
    await connection.query(`ALTER USER USER() IDENTIFIED BY ${literal(to.password)} RETAIN CURRENT PASSWORD`)
    connection.destroy()
  }
  const cases = conformanceCases({
    provider: {
      ...provider,
      capabilities: { ...provider.capabilities, strategies: ['dual-password'] },
      open(request: Parameters<typeof provider.open>[0]): Session {
        const session = provider.open(request)
        if (!isPlain) return session
        const { current, pending } = request.values
        return {
          check: (asked) => session.check(asked),
          probe: (asked) => session.probe(asked),
          ...(session.exclusive && { exclusive: session.exclusive.bind(session) }),
          retire: (asked) => session.retire?.(asked) ?? Promise.reject(new Error('it retires')),
          close: () => session.close(),
          async apply() {
            if (current === undefined || pending === undefined) throw new Error('both are known')
            await retain(current.reveal(), pending.reveal())
            return { result: 'applied' }
          },
        }
      },
    },
    freshTarget: () => freshAccount(server, { rights: 'own' }),
    signIn: ({ username, password }) => signsIn(server, String(username), String(password)),
  })
  const [found] = cases.filter(({ name }) => REPEATED.test(name))
  if (found === undefined) throw new Error('the kit has no such case')
  return found
}

describeOnEachMysql('a password set twice', { kinds: ['mysql'] }, (server) => {
  test('without a comparison it kills the one in force, and the kit sees that', async () => {
    const failure: unknown = await caseOf(server(), true)
      .run()
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConformanceFailure)
    expect(String(failure)).toContain('did damage: current is refused, pending signs in')
  })

  test('by this provider it does not', async () => {
    expect(await caseOf(server(), false).run()).toMatchObject({ outcome: 'held', points: 1 })
  })
})
