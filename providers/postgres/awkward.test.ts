/** Names and passwords that are hard to quote, and an environment that wants a say. */
import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../test/servers/each.ts'
import { change, createRole, probe, secretFor, signsIn } from './test-target.ts'

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

const NAMES = [
  'UPPER Case',
  `quote'd "twice"`,
  'dollar$ and percent% and $1',
  'back\\slash \\\\ and \\n',
  'semi;colon -- comment /* */',
  ' leading and trailing ',
  'snow☃man 名前 ü',
  'select',
  '63 bytes '.padEnd(63, 'x'),
]

describeOnEachPostgres('an awkward value', {}, (server) => {
  const trust = () => ({ ca: server().ca })
  const rotated = async (username: string, password: string, next: string, fields = {}) => {
    const current = secretFor(server(), { username, password, ...fields })
    expect(await probe(current, trust())).toEqual({ verdict: 'accepted', as: username })
    expect(await change(current, { ...current, password: next }, trust())).toEqual({ result: 'applied' })
    expect(await probe({ ...current, password: next }, trust())).toEqual({
      verdict: 'accepted',
      as: username,
    })
  }

  test.each(NAMES)('signs in and rotates as a user name: %s', async (username) => {
    await createRole(server(), username, 'old')
    await rotated(username, 'old', PRINTABLE)
    expect(await signsIn(server(), username, PRINTABLE)).toBe(true)
    expect(await signsIn(server(), username, 'old')).toBe(false)
  })

  test.each(NAMES)('is found as a database name: %s', async (dbname) => {
    const role = `visitor of ${dbname}`.slice(0, 20) + randomInt(1e6)
    await createRole(server(), role, 'old')
    await server().sql(`CREATE DATABASE "${dbname.replaceAll('"', '""')}"`)
    await rotated(role, 'old', 'new', { dbname })
  })

  test('any printable password signs in after it was set, and its neighbours do not', async () => {
    await createRole(server(), 'any', 'start')
    let inForce = 'start'
    const password = fc.string({ unit: fc.constantFrom(...PRINTABLE), minLength: 1, maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(password, async (next) => {
        const current = secretFor(server(), { username: 'any', password: inForce })
        expect(await change(current, { ...current, password: next }, trust())).toEqual({ result: 'applied' })
        inForce = next
        expect(await signsIn(server(), 'any', next)).toBe(true)
        expect(await signsIn(server(), 'any', `${next}x`)).toBe(false)
      }),
      { numRuns: 15 },
    )
  })

  test.each([
    'tab\tand\nline',
    'ünïcödé',
    '密码',
    'Ⅸ and ½',
    'soft\u00ADhyphen',
    '\u3000wide\u3000space',
    '😀',
  ])('a password in force of other characters signs in and can be put back: %j', async (password) => {
    await server().sql('DROP ROLE IF EXISTS other')
    await createRole(server(), 'other', password)
    await rotated('other', password, 'new')
    await rotated('other', 'new', password)
    expect(await signsIn(server(), 'other', password)).toBe(true)
  })
})

describeOnEachPostgres('an environment full of PG*', {}, (server) => {
  const set = {
    PGHOST: 'nowhere.invalid',
    PGPORT: '1',
    PGUSER: 'postgres',
    PGPASSWORD: 'not-this',
    PGDATABASE: 'nowhere',
    PGOPTIONS: '-c search_path=nowhere -c default_transaction_read_only=on',
    PGSSLMODE: 'disable',
    PGSSLNEGOTIATION: 'direct',
    PGREPLICATION: 'database',
    PGAPPNAME: 'somebody else',
    PGCLIENT_ENCODING: 'LATIN1',
    PGBINARY: 'true',
    PGPASSFILE: '/nowhere',
  }
  afterEach(() => {
    for (const name of Object.keys(set)) delete process.env[name]
  })

  test('has no say', async () => {
    await createRole(server(), 'app', 'old')
    await server().useSettings({ log_connections: 'on', log_line_prefix: '%u@%d/%a ' })
    Object.assign(process.env, set)
    const current = secretFor(server(), { username: 'app', password: 'old' })
    expect(await probe(current, { ca: server().ca })).toEqual({ verdict: 'accepted', as: 'app' })
    expect(await change(current, { ...current, password: 'new' }, { ca: server().ca })).toEqual({
      result: 'applied',
    })
    const log = await server().log()
    expect(log).toMatch(
      /connection authorized: user=app database=postgres application_name=quarterturn SSL enabled/,
    )
    expect(log).not.toMatch(/somebody else|replication connection/)
  })
})
