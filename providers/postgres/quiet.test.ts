/** Where a password could leak: the server's log, what we raise, and what a policy answers. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { change, createRole, secretFor, signsIn, withSession } from './test-target.ts'

const settings = {
  log_statement: 'all',
  log_min_messages: 'debug1',
  log_min_error_statement: 'debug1',
  log_min_duration_statement: '0',
  shared_preload_libraries: 'passwordcheck',
}

/** Every form in which a password could be searched for. */
const formsOf = (password: string) => [
  password,
  encodeURIComponent(password),
  Buffer.from(password).toString('base64').replace(/=+$/, ''),
  Buffer.from(password).toString('hex'),
  password.replaceAll("'", "''"),
  password.replaceAll('\\', '\\\\'),
]

describeOnEachPostgres('a change', { settings, hba: ['host all md5 127.0.0.1/32 md5'] }, (server) => {
  const secrets = (username: string, password: string, next: string) => {
    const current = secretFor(server(), { username, password })
    return [current, { ...current, password: next }] as const
  }
  const trust = () => ({ ca: server().ca })
  const expectQuiet = async (...passwords: string[]) => {
    const log = await server().log()
    for (const form of passwords.flatMap(formsOf)) expect(log).not.toContain(form)
  }

  test('is in the log of the server without its passwords', async () => {
    const [old, next] = ["Curr3nt'pass\\word%", "P3nding'pass\\word%"]
    await createRole(server(), 'quiet', old)
    expect(await change(...secrets('quiet', old, next), trust())).toEqual({ result: 'applied' })
    expect(await server().log()).toContain('ALTER ROLE "quiet" PASSWORD \'SCRAM-SHA-256$')
    await expectQuiet(old, next)
  })

  test('that fails is in the log without its passwords, and so is its error', async () => {
    const [old, next] = ['Curr3nt-to-fail', 'P3nding-to-fail']
    await createRole(server(), 'failing', old)
    const blocker = server().sql(
      'BEGIN; ALTER ROLE failing CONNECTION LIMIT 9; SELECT pg_sleep(1.5); ROLLBACK',
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    const error: unknown = await change(...secrets('failing', old, next), {
      ...trust(),
      timeLeftMs: 1500,
    }).catch((raised: unknown) => raised)
    await blocker
    expect(await server().log()).toMatch(/STATEMENT: {2}ALTER ROLE "failing" PASSWORD 'SCRAM-SHA-256\$/)
    await expectQuiet(old, next)
    const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })
    expect(shown).toContain('TARGET_BUSY')
    for (const form of [old, next].flatMap(formsOf)) expect(shown).not.toContain(form)
    expect(shown).not.toContain('SCRAM-SHA-256')
    expect(shown).not.toMatch(/ALTER ROLE|Client|pg_/)
  })

  test('sends md5 accounts their hash', async () => {
    const [old, next] = ['Curr3nt-of-old-kind', 'P3nding-of-old-kind']
    await server().sql(`SET password_encryption = md5; CREATE ROLE md5 LOGIN PASSWORD '${old}'`)
    await change(...secrets('md5', old, next), trust())
    expect(await server().log()).toMatch(/ALTER ROLE "md5" PASSWORD 'md5[0-9a-f]{32}'/)
    await expectQuiet(old, next)
    expect(await signsIn(server(), 'md5', next)).toBe(true)
  })

  describe('with a check of passwords at the server (passwordcheck)', () => {
    test('a hash that the check sees through is refused, and nothing changes', async () => {
      await createRole(server(), 'name_as_password', 'Curr3nt-one')
      const applied = await change(...secrets('name_as_password', 'Curr3nt-one', 'name_as_password'), trust())
      expect(applied).toEqual({ result: 'refused', reason: expect.stringContaining('22023') })
      expect(applied).toEqual({
        result: 'refused',
        reason: expect.stringContaining('QUARTERTURN_POSTGRES_PASSWORD_FORM'),
      })
      expect(await signsIn(server(), 'name_as_password', 'Curr3nt-one')).toBe(true)
    })

    test('a weak password passes as a hash and is refused as plain text', async () => {
      await createRole(server(), 'weak', 'Curr3nt-one')
      const plain = { ...trust(), passwordForm: 'plaintext' } as const
      const refused = await change(...secrets('weak', 'Curr3nt-one', 'lettersonly'), plain)
      expect(refused).toEqual({
        result: 'refused',
        reason: expect.stringMatching(/22023: password must contain/),
      })
      expect(JSON.stringify(refused)).not.toContain('lettersonly')
      expect(await signsIn(server(), 'weak', 'Curr3nt-one')).toBe(true)
      expect(await change(...secrets('weak', 'Curr3nt-one', 'lettersonly'), trust())).toEqual({
        result: 'applied',
      })
    })

    test('a good one passes as plain text and is hashed by the server, in the kind it had', async () => {
      const plain = { ...trust(), passwordForm: 'plaintext' } as const
      await createRole(server(), 'plain', 'Curr3nt-one')
      expect(await change(...secrets('plain', 'Curr3nt-one', 'P3nding-one'), plain)).toEqual({
        result: 'applied',
      })
      expect(await signsIn(server(), 'plain', 'P3nding-one')).toBe(true)
      expect(await change(...secrets('md5', 'P3nding-of-old-kind', 'An0ther-one'), plain)).toEqual({
        result: 'applied',
      })
      expect(
        await server().sql(`SELECT left(rolpassword, 3) AS kind FROM pg_authid WHERE rolname = 'md5'`),
      ).toEqual([{ kind: 'md5' }])
    })

    test('a password that looks like a hash is not sent as plain text', async () => {
      const plain = { ...trust(), passwordForm: 'plaintext' } as const
      await createRole(server(), 'hashlike', 'Curr3nt-one')
      const hash = `md5${'0123456789abcdef'.repeat(2)}`
      expect(await change(...secrets('hashlike', 'Curr3nt-one', hash), plain)).toMatchObject({
        result: 'refused',
      })
      expect(await change(...secrets('hashlike', 'Curr3nt-one', hash), trust())).toEqual({
        result: 'applied',
      })
      expect(await signsIn(server(), 'hashlike', hash)).toBe(true)
    })

    test('plain text is not sent without TLS', async () => {
      await createRole(server(), 'untold', 'Curr3nt-one')
      const [current, pending] = secrets('untold', 'Curr3nt-one', 'P3nding-untold')
      const options = { passwordForm: 'plaintext', allowClearTextLoopback: true } as const
      await expect(
        change({ ...current, ssl: false }, { ...pending, ssl: false }, options),
      ).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
      await expectQuiet('P3nding-untold')
    })
  })

  test('a session shows nothing of its secrets', async () => {
    const current = secretFor(server(), { username: 'quiet', password: 'Curr3nt-shown' })
    await withSession({ current }, trust(), async (session) => {
      expect(inspect(session, { depth: 9, showHidden: true })).not.toContain('Curr3nt-shown')
      expect(JSON.stringify(session)).not.toContain('Curr3nt-shown')
    })
  })
})
