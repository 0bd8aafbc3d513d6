import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { isQuarterturnError, type Session, seal, type Who } from '../../shared/provider/index.ts'
import { ChangingRds } from '../../test/servers/changing-rds.ts'
import { createRds } from './index.ts'
import { APPLIED, BINDING } from './note.ts'
import { RdsSecret } from './schema.ts'

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf'
const KEY = 'A'.repeat(22)

/** A session outside of any rotation, with what RDS was asked for. */
async function setUp(now: () => number = Date.now) {
  const rds = await ChangingRds.start()
  onTestFinished(() => rds.close())
  vi.stubEnv('AWS_ENDPOINT_URL_RDS', rds.endpoint)
  onTestFinished(() => void vi.unstubAllEnvs())
  const server = rds.add({ id: 'app-db' })
  server.tags.set(BINDING, SECRET)
  const asked: unknown[] = []
  const secret = (password: string, changeKey?: string) =>
    seal(RdsSecret.parse({ ...server, password, ...(changeKey && { changeKey }) }))
  const values: { [W in Who]?: ReturnType<typeof secret> } = {
    current: secret('made-by-hand-0'),
    pending: secret('chosen-password-1', KEY),
  }
  const session: Session = createRds({ now }).open({
    values,
    strategy: 'single-user',
    mark: '0'.repeat(32),
    signal: new AbortController().signal,
    timeLeftMs: () => 60_000,
    aws: {
      secretArn: SECRET,
      region: 'eu-west-1',
      credentials: async (statements) => {
        asked.push(...statements)
        return { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'example', sessionToken: 'token' }
      },
    },
  })
  onTestFinished(() => session.close())
  const apply = () => session.apply({ from: 'current', to: 'pending', as: 'current' })
  const probe = (who: Who) => session.probe({ who, at: 'writer' })
  return { rds, server, session, asked, values, apply, probe }
}

const failing = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  if (!isQuarterturnError(error)) throw new Error('expected an error of ours')
  return error
}

describe('a session', () => {
  test('asks for what each call needs, on the one server, and for the tag of the owner to change it', async () => {
    const { apply, asked } = await setUp()
    expect(await apply()).toEqual({ result: 'in-progress' })
    const resources = ['arn:aws:rds:eu-west-1:111122223333:db:app-db']
    const bound = { StringEquals: { 'aws:ResourceTag/quarterturn:secret': SECRET } }
    const changes = [
      { actions: ['rds:ModifyDBInstance'], resources, conditions: bound },
      {
        actions: ['rds:AddTagsToResource'],
        resources,
        conditions: { ...bound, 'ForAllValues:StringEquals': { 'aws:TagKeys': [APPLIED] } },
      },
    ]
    // Each call asks anew: a session of another account may end while RDS is waited for.
    expect(asked).toEqual([{ actions: ['rds:DescribeDBInstances'], resources }, ...changes, ...changes])
  })

  test('goes on saying that a change is under way a while after RDS has taken it', async () => {
    let time = Date.UTC(2026, 0, 1)
    const { rds, server, apply, probe } = await setUp(() => time)
    await apply()
    // RDS shows nothing of it yet, or has been quick.
    rds.finish()
    server.status = 'available'
    expect(await probe('pending')).toMatchObject({ verdict: 'unknown', code: 'CHANGE_IN_PROGRESS' })
    expect(await apply()).toEqual({ result: 'in-progress' })
    time += 20_000
    expect(await probe('pending')).toMatchObject({ verdict: 'unprovable' })
    expect(await probe('current')).toMatchObject({ verdict: 'rejected' })
    expect(await apply()).toEqual({ result: 'applied' })
    expect(rds.count('ModifyDBInstance')).toBe(1)
  })

  test('notes nothing that RDS has not taken', async () => {
    const { rds, server, apply } = await setUp()
    rds.refuses = { action: 'ModifyDBInstance', name: 'InvalidDBInstanceState', message: 'modifying' }
    expect(await apply()).toEqual({ result: 'in-progress' })
    expect(server.tags.has(APPLIED)).toBe(false)
  })

  test('takes back a value without a key, of which nothing can be noted', async () => {
    let time = Date.UTC(2026, 0, 1)
    const { rds, server, session, probe, apply } = await setUp(() => time)
    await apply()
    rds.finish()
    time += 60_000
    expect(await session.apply({ from: 'pending', to: 'current', as: 'pending' })).toEqual({
      result: 'in-progress',
    })
    rds.finish()
    time += 60_000
    expect(server.password).toBe('made-by-hand-0')
    expect(await probe('current')).toMatchObject({ verdict: 'unprovable' })
    expect(await probe('pending')).toMatchObject({ verdict: 'rejected' })
  })

  test('says which permission is missing', async () => {
    const { rds, apply, probe } = await setUp()
    rds.authorize = ({ action }) =>
      action === 'rds:ModifyDBInstance'
        ? `User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: ${action} on resource: x`
        : undefined
    expect(await probe('current')).toMatchObject({ verdict: 'unprovable' })
    expect(await failing(apply())).toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      problem: expect.stringContaining('rds:ModifyDBInstance'),
    })
  })

  test('sends nothing any more when it is closed, and answers nothing', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { session, rds, probe } = await setUp()
    const address = silent.address()
    vi.stubEnv('AWS_ENDPOINT_URL_RDS', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    const asked = probe('current')
    const arrived = new Promise<void>((resolve) =>
      silent.once('connection', (socket) => {
        socket.on('error', () => undefined)
        socket.once('close', () => resolve())
      }),
    )
    await new Promise<void>((resolve) => silent.once('connection', () => resolve()))
    await session.close()
    expect((await failing(asked)).code).toBe('DEADLINE')
    await arrived
    expect(rds.calls).toEqual([])
  })
})

describe('the secret', () => {
  const whole = {
    engine: 'postgres',
    host: 'app-db.c0abc1def2gh.eu-west-1.rds.amazonaws.com',
    username: 'postgres',
    password: 'p',
  }
  test.each([
    [{ engine: 'oracle' }, '`engine` is none of'],
    [{ host: 'db.example.com' }, '`host` is not an endpoint of RDS'],
    [{ host: '*.c0abc1def2gh.eu-west-1.rds.amazonaws.com' }, '`host` is not'],
    [{ host: 'a--b.c0abc1def2gh.eu-west-1.rds.amazonaws.com' }, '`host` is not an endpoint of RDS'],
    [{ port: 'x' }, '`port` is not a number'],
    [{ password: '' }, '`password` is empty'],
    [{ changeKey: 'short' }, '`changeKey` was changed by hand'],
  ])('is refused with %j', (wrong, says) => {
    const { error } = RdsSecret.safeParse({ ...whole, ...wrong })
    expect(error?.issues.map(({ message }) => message).join()).toContain(says)
  })

  test('keeps what it does not know, and has the port of its engine', () => {
    expect(RdsSecret.parse({ ...whole, team: 'blue' })).toMatchObject({ team: 'blue', port: 5432 })
    expect(RdsSecret.parse({ ...whole, engine: 'aurora-mysql' }).port).toBe(3306)
    expect(RdsSecret.parse({ ...whole, engine: 'mariadb', port: '3310' }).port).toBe(3310)
  })

  test('takes over the key with the password', () => {
    const { withCredential } = createRds()
    const from = { ...whole, password: 'other' }
    expect(withCredential({ into: { ...whole, changeKey: KEY, team: 'blue' }, from })).toEqual({
      ...whole,
      password: 'other',
      team: 'blue',
    })
  })
})
