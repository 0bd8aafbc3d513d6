/** What a change makes of each answer of the server, those included that only a managed server gives. */
import { expect, test } from 'vitest'
import type { Asked } from './challenge.ts'
import { changePassword } from './change.ts'
import { PostgresFailure } from './failure.ts'
import type { Link } from './link.ts'

const TIME = { statementMs: 1000, lockMs: 500, clientMs: 1200 }

interface Script {
  readonly asked?: Asked
  readonly settings?: Readonly<Record<string, unknown>>
  /** Raised by ALTER ROLE. */
  readonly refusal?: PostgresFailure
  readonly commit?: string
}

/** A connection that answers by a script and remembers what it was asked. */
function scripted({ asked = 'scram', settings = {}, refusal, commit = 'COMMIT' }: Script) {
  const statements: string[] = []
  const link: Link = {
    asked,
    pid: 1,
    isAlive: true,
    run: async (text) => {
      statements.push(text)
      if (text.startsWith('ALTER') && refusal !== undefined) throw refusal
      return {
        command: text === 'COMMIT' ? commit : '',
        rows: [{ held: true, encryption: 'scram-sha-256', ...settings }],
      }
    },
    end: async () => {},
  }
  const change = (options: { passwordForm?: 'verifier' | 'plaintext'; hash?: 'keep' | 'scram' } = {}) =>
    changePassword(
      link,
      {
        username: 'a"pp',
        password: `se'kret`,
        isEncrypted: true,
        passwordForm: 'verifier',
        hash: 'keep',
        ...options,
      },
      TIME,
    )
  return { statements, change, altered: () => statements.find((text) => text.startsWith('ALTER')) ?? '' }
}

const refusedWith = (sqlstate: string, text = 'no') =>
  scripted({ refusal: new PostgresFailure('server', text, sqlstate) })

test('a refusal for want of a right names the statement that grants it', async () => {
  const { change, statements } = refusedWith('42501', 'must be a member of rds_password to alter passwords')
  await expect(change()).rejects.toMatchObject({
    code: 'PRIVILEGE_MISSING',
    remedy: 'run: GRANT rds_password TO "a""pp";',
  })
  expect(statements.at(-1)).toBe('ROLLBACK')
  await expect(refusedWith('42501', 'permission denied').change()).rejects.toMatchObject({
    code: 'PRIVILEGE_MISSING',
  })
})

test.each(['22023', '28000', '28P01', 'P0001'])(
  'a policy that raises %s refuses the value for good',
  async (sqlstate) => {
    const { change, statements } = refusedWith(sqlstate, `"se'kret" (SCRAM-SHA-256$1:x) is in the dictionary`)
    const applied = await change()
    expect(applied).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining('"[redacted]" ([redacted] is in the dictionary'),
    })
    expect(statements.at(-1)).toBe('ROLLBACK')
  },
)

test.each(['57014', '55P03', '40001', 'XX000', '42704'])(
  '%s says nothing about the value',
  async (sqlstate) => {
    await expect(refusedWith(sqlstate).change()).rejects.toMatchObject({ sqlstate })
  },
)

test('a commit that the server turned into a rollback is no change', async () => {
  await expect(scripted({ commit: 'ROLLBACK' }).change()).rejects.toThrow('rolled')
})

test.each<[Asked, string, 'keep' | 'scram', RegExp]>([
  ['scram', 'md5', 'keep', /PASSWORD 'SCRAM-SHA-256\$4096:/],
  ['md5', 'scram-sha-256', 'keep', /PASSWORD 'md5[0-9a-f]{32}'$/],
  ['md5', 'md5', 'scram', /PASSWORD 'SCRAM-SHA-256\$/],
  ['clear-text', 'md5', 'keep', /PASSWORD 'md5/],
  ['clear-text', 'scram-sha-256', 'keep', /PASSWORD 'SCRAM-SHA-256\$/],
])('asked by %s where the default is %s, %s stores %s', async (asked, encryption, hash, stored) => {
  const { change, altered } = scripted({ asked, settings: { encryption } })
  expect(await change({ hash })).toEqual({ result: 'applied' })
  expect(altered()).toMatch(stored)
})

test.each([
  ['5000', '$5000:'],
  ['1', '$1:'],
  ['150000', '$150000:'],
  [null, '$4096:'],
  ['many', '$4096:'],
])('with scram_iterations %j the verifier has %s', async (iterations, part) => {
  const { change, altered } = scripted({ settings: { iterations } })
  await change()
  expect(altered()).toContain(`SCRAM-SHA-256${part}`)
})

test('plain text is quoted, and hashed by the server in the kind it has', async () => {
  const { change, altered, statements } = scripted({ asked: 'md5' })
  await change({ passwordForm: 'plaintext' })
  expect(altered()).toBe(`ALTER ROLE "a""pp" PASSWORD 'se''kret'`)
  expect(statements.findIndex((text) => text.includes("password_encryption', $1"))).toBeLessThan(
    statements.indexOf(altered()),
  )
})
