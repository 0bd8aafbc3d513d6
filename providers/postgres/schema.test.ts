import { describe, expect, test } from 'vitest'
import { createPostgresSecret, type SchemaOptions } from './schema.ts'

const VALID = { engine: 'postgres', host: 'db.example.com', username: 'app', password: 'pässwörd' }

const parse = (fields: object, options: SchemaOptions = {}) => {
  const parsed = createPostgresSecret(options).safeParse({ ...VALID, ...fields })
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join('; ')
}

test('what is absent has the default of AWS, and TLS is on', () => {
  expect(parse({})).toEqual({ ...VALID, port: 5432, dbname: 'postgres', ssl: true })
})

test('keys of the customer are kept', () => {
  expect(parse({ masterarn: 'arn:x', nested: { a: [1] } })).toMatchObject({
    masterarn: 'arn:x',
    nested: { a: [1] },
  })
})

test.each([
  ['engine', 'aurora-postgresql', 'aurora-postgresql'],
  ['port', '6432', 6432],
  ['port', 1, 1],
  ['port', 65_535, 65_535],
  ['ssl', 'true', true],
  ['ssl', 'True', true],
  ['host', 'DB.Example.COM', 'db.example.com'],
  ['host', '10.0.0.1', '10.0.0.1'],
  ['host', '2001:DB8::1', '2001:db8::1'],
  ['host', 'my_service', 'my_service'],
  ['username', ` "o'dd" \\ $1 名`, ` "o'dd" \\ $1 名`],
  ['username', 'x'.repeat(63), 'x'.repeat(63)],
  ['password', '\t any \u0001 thing \u2028', '\t any \u0001 thing \u2028'],
])('%s may be %j', (field, value, result) => {
  expect(parse({ [field]: value })).toHaveProperty([field], result)
})

test.each([
  ['engine', undefined, 'is missing'],
  ['engine', 'mysql', 'is not `postgres`'],
  ['host', undefined, 'is missing; add it'],
  ['host', '', 'is empty'],
  ['host', 5, 'is not a string'],
  ['host', '/var/run/postgresql', 'is not one host name'],
  ['host', 'postgres://db.example.com', 'is not one host name'],
  ['host', 'a.example.com,b.example.com', 'is not one host name'],
  ['host', 'db.example.com:5432', 'is not one host name'],
  ['host', ' db.example.com', 'is not one host name'],
  ['host', 'db.example.com\n', 'is not one host name'],
  ['host', '127.1', 'is not one host name'],
  ['host', '0x7f000001', 'is not one host name'],
  ['host', '2130706433', 'is not one host name'],
  ['host', '[::1]', 'is not one host name'],
  ['host', 'fe80::1%eth0', 'is not one host name'],
  ['host', '-x.example.com', 'is not one host name'],
  ['host', 'ex..ample', 'is not one host name'],
  ['host', 'x'.repeat(64), 'is not one host name'],
  ['port', 0, 'from 1 to 65535'],
  ['port', 65_536, 'from 1 to 65535'],
  ['port', 5432.5, 'from 1 to 65535'],
  ['port', '5432 ', 'from 1 to 65535'],
  ['port', '0x10', 'from 1 to 65535'],
  ['port', null, 'from 1 to 65535'],
  ['username', undefined, 'is missing'],
  ['username', 'a\0b', 'control character'],
  ['username', 'a\nb', 'control character'],
  ['username', 'a\ud800', 'control character'],
  ['username', 'ü'.repeat(32), 'longer than 63 bytes'],
  ['dbname', '', 'is empty'],
  ['dbname', 'x'.repeat(64), 'longer than 63 bytes'],
  ['password', '', 'is empty'],
  ['password', 'a\0b', 'cannot take'],
  ['password', 12_345, 'is not a string'],
  ['ssl', 'yes', 'neither true nor false'],
  ['ssl', 1, 'neither true nor false'],
])('%s may not be %j', (field, value, problem) => {
  const issue = parse({ [field]: value })
  expect(issue).toMatch(new RegExp(`^\`${field}\` `))
  expect(issue).toContain(problem)
  expect(issue).toContain('; ')
})

describe('clear text', () => {
  test.each([false, 'false', 'FALSE'])('is refused: ssl %j', (ssl) => {
    expect(parse({ ssl })).toContain('clear text is refused')
    expect(parse({ ssl, host: 'localhost' })).toContain('clear text is refused')
    expect(parse({ ssl }, { allowClearTextLoopback: true })).toContain('clear text is refused')
  })

  test.each(['localhost', '127.0.0.1', '127.9.9.9', '::1', 'LOCALHOST'])(
    'is taken for %s where allowed',
    (host) => {
      expect(parse({ ssl: false, host }, { allowClearTextLoopback: true })).toMatchObject({ ssl: false })
    },
  )

  test('is not taken where changes would go elsewhere', () => {
    const secret = { ssl: false, host: 'localhost', adminHost: 'db.example.com' }
    expect(parse(secret, { allowClearTextLoopback: true })).toContain('clear text is refused')
  })

  test.each(['localhost.example.com', '127.0.0.1.example.com', '10.0.0.1', '::2'])(
    'is not taken for %s',
    (host) => {
      expect(parse({ ssl: false, host }, { allowClearTextLoopback: true })).toContain('clear text is refused')
    },
  )
})

test('no issue repeats a value', () => {
  const wrong = {
    engine: 'sekret',
    host: 'sekret sekret',
    port: 'sekret',
    username: 'sekret\n',
    password: 'sekret\0',
    ssl: 'sekret',
  }
  const issues = parse(wrong)
  expect(issues).toContain('`password`')
  expect(issues).not.toContain('sekret')
})
