import { describe, expect, test } from 'vitest'
import { newKeyPair } from '../../shared/key-pair.ts'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { createPostgres, postgres } from './index.ts'
import { openSession } from './test-target.ts'

const CURRENT = { engine: 'postgres', host: 'db.example.com', username: 'app', password: 'old', extra: [1] }

const propose = (passwords: readonly string[], previous?: StoredSecret) => {
  const left = [...passwords]
  return postgres.propose({
    current: CURRENT,
    ...(previous === undefined ? {} : { previous }),
    strategy: 'single-user',
    entropy: {
      bytes: (length) => new Uint8Array(length),
      password: () => left.shift() ?? 'old',
      keyPair: newKeyPair,
    },
    mark: { secret: 'of-the-secret', token: 'of-the-rotation', attempt: 1 },
  })
}

describe('a proposal', () => {
  test('is the current secret with another password', async () => {
    expect(await propose(['new'])).toEqual({ ...CURRENT, password: 'new' })
  })

  test('is never the current or the previous password', async () => {
    expect(await propose(['old', 'older', 'new'], { ...CURRENT, password: 'older' })).toMatchObject({
      password: 'new',
    })
  })

  test.each([[['old', 'old', 'old', 'old', 'old', 'new']], [['pässword']], [['']]])(
    'of a policy that gives nothing usable is refused: %j',
    async (passwords) => {
      await expect(async () => propose(passwords)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )
})

test('withCredential takes the user and the password and leaves the rest', () => {
  const from = { ...CURRENT, username: 'app_clone', password: 'other', host: 'elsewhere', extra: 'no' }
  expect(postgres.withCredential({ into: CURRENT, from })).toEqual({
    ...CURRENT,
    username: 'app_clone',
    password: 'other',
  })
})

test('an admin goes to its own host, and to the database of the secret, where the lock is', () => {
  const admin = {
    engine: 'postgres',
    host: 'db',
    username: 'root',
    password: 'p',
    dbname: 'x',
    adminHost: 'evil',
  }
  const value = (secret: object) => postgres.admin?.value({ admin, secret: { ...CURRENT, ...secret } })
  expect(value({ dbname: 'shop', ssl: true, port: 1, adminHost: 'evil' })).toEqual({
    engine: 'postgres',
    host: 'db',
    username: 'root',
    password: 'p',
    dbname: 'shop',
    ssl: true,
  })
  expect(value({})).not.toHaveProperty('dbname')
})

describe('an identity', () => {
  const identity = (fields: object = {}) => {
    const parsed = createPostgres({ allowClearTextLoopback: true }).schema.parse({ ...CURRENT, ...fields })
    return postgres.identity(parsed)
  }

  test('is the user, the place and the password', () => {
    expect(identity()).toMatchObject({ account: 'app', credential: 'old' })
    expect(identity()).toEqual(
      identity({ host: 'DB.example.com', port: '5432', dbname: 'postgres', ssl: 'true', extra: 0 }),
    )
  })

  test.each([
    ['account', { username: 'App' }],
    ['endpoint', { host: 'db2.example.com' }],
    ['endpoint', { port: 5433 }],
    ['endpoint', { dbname: 'other' }],
    ['credential', { password: 'Old' }],
  ])('has another %s with %j', (part, fields) => {
    const [one, other] = [identity(), identity(fields)]
    const parts = ['account', 'endpoint', 'credential'] as const
    expect(parts.filter((key) => one[key] !== other[key])).toEqual([part])
  })

  test('tells TLS from clear text', () => {
    expect(identity({ host: 'localhost' }).endpoint).not.toBe(
      identity({ host: 'localhost', ssl: false }).endpoint,
    )
  })
})

test('opening a session connects nowhere, and closing it twice is fine', async () => {
  const session = openSession({ current: CURRENT })
  await session.close()
  await session.close()
})

test('a session asked about a value that was not read says so', async () => {
  const session = openSession({ current: CURRENT })
  await expect(session.probe({ who: 'previous', at: 'writer' })).rejects.toThrow('previous')
})
