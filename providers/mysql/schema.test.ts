import { describe, expect, test } from 'vitest'
import { createMysqlSecret } from './schema.ts'

const GOOD = { engine: 'mysql', host: 'db.example', username: 'app', password: 'pässwörd' }
const issues = (secret: object, options = {}): readonly string[] => {
  const parsed = createMysqlSecret(options).safeParse(secret)
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message)
}

describe('a secret for MySQL or MariaDB', () => {
  test('has defaults, takes text for numbers, and keeps what it does not know', () => {
    const parsed = createMysqlSecret().parse({ ...GOOD, host: 'DB.Example', note: 1, dbname: 'shop' })
    expect(parsed).toEqual({ ...GOOD, port: 3306, ssl: true, note: 1, dbname: 'shop' })
    expect(createMysqlSecret().parse({ ...GOOD, port: '3307', ssl: 'True' })).toMatchObject({
      port: 3307,
      ssl: true,
    })
  })

  test.each(['mysql', 'aurora-mysql', 'mariadb'])('serves the engine %s', (engine) => {
    expect(issues({ ...GOOD, engine })).toEqual([])
  })

  test.each([
    [{ engine: 'postgres' }, /`engine` is not/],
    [{ engine: undefined }, /`engine` is missing/],
    [{ host: '/tmp/mysql.sock' }, /`host` is not one host name/],
    [{ host: 'a.proxy-abc.eu-west-1.rds.amazonaws.com' }, /RDS Proxy/],
    [{ port: 0 }, /`port`.*3306/],
    [{ username: '' }, /`username` is empty/],
    [{ username: 'a\nb' }, /`username` has a control character/],
    [{ username: 'x'.repeat(129) }, /`username` is longer/],
    [{ password: 'a\0b' }, /`password` has a character/],
    [{ ssl: false }, /`ssl` is false/],
  ])('%j is refused with what to do', (changed, message) => {
    const found = issues({ ...GOOD, ...changed })
    expect(found).toEqual([expect.stringMatching(message)])
    expect(found.join()).not.toContain('pässwörd')
  })

  test('clear text is taken for this machine alone, where the deployment allows it', () => {
    const allowed = { allowClearTextLoopback: true }
    expect(issues({ ...GOOD, host: 'localhost', ssl: false }, allowed)).toEqual([])
    expect(issues({ ...GOOD, ssl: false }, allowed)).toHaveLength(1)
  })
})
