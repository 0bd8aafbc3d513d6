import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StoredSecret, Verdict, Who } from '../../../shared/provider/index.ts'
import { stageRotation } from '../../../test/stage-rotation.ts'
import { type OrgServer, startOrg } from '../test-org/server.ts'
import { provider, withSession } from '../test-session.ts'

const OLD = `o<l>d & "password"`
const NEW = `n'e;w € password`
let server: OrgServer
beforeEach(async () => {
  server = await startOrg()
  server.org.addUser('robot@acme.example', OLD)
})
afterEach(() => server.close())

const secretFor = (password: string, more: object = {}): StoredSecret => ({
  engine: 'salesforce',
  username: 'robot@acme.example',
  password,
  baseUri: server.url,
  requiresSecurityToken: false,
  ...more,
})
const throughApp = () => {
  const { key, secret } = server.org.primary
  return { consumerKey: key, consumerSecret: secret }
}
const robot = () => {
  const user = server.org.users.get('robot@acme.example')
  if (user === undefined) throw new Error('the user is gone')
  return user
}
const probe = (secret: StoredSecret): Promise<Verdict> =>
  withSession({ current: secret }, (session) => session.probe({ who: 'current', at: 'writer' }))
const apply = (values: { readonly [W in Who]?: StoredSecret }, as: Who = 'current') =>
  withSession(values, (session) =>
    session.exclusive({ as, work: () => session.apply({ from: 'current', to: 'pending', as }) }),
  )

describe.each([
  ['SOAP', () => ({})],
  ['an app', throughApp],
])('signing in by %s', (way, more) => {
  test('says as whom', async () => {
    expect(await probe(secretFor(OLD, more()))).toEqual({
      verdict: 'accepted',
      as: `robot@acme.example ${robot().id}`,
    })
  })

  test('a wrong password is rejected, once', async () => {
    expect(await probe(secretFor('not this one', more()))).toMatchObject({ verdict: 'rejected' })
    expect(robot().failedSignIns).toBe(1)
  })

  test('an expired password is no good, though Salesforce opens a session for it', async () => {
    robot().isExpired = true
    expect(await probe(secretFor(OLD, more()))).toMatchObject({ verdict: 'barred', reason: /expired/ })
  })

  test('whatever says nothing of the password is unknown', async () => {
    for (const what of [
      { status: 503, type: 'text/html', body: 'Service Unavailable' },
      { status: 200, type: 'text/html', body: '<html>maintenance</html>' },
      { status: 302, body: '' },
      'cut before',
      'cut after',
    ] as const) {
      server.mishaps.push({ on: /./, what })
      expect(await probe(secretFor(OLD, more())), JSON.stringify(what)).toMatchObject({ verdict: 'unknown' })
    }
    // None was repeated.
    expect(robot().failedSignIns).toBe(0)
  })

  test('no other address is gone to, whatever the answer says', async () => {
    server.saysToBeAt = 'http://127.0.0.1:1'
    expect(await probe(secretFor(OLD, more()))).toMatchObject({ verdict: 'accepted' })
  })

  test('a request that is not answered ends in our time', async () => {
    server.mishaps.push({ on: /./, what: 'stall' })
    const verdict = await withSession(
      { current: secretFor(OLD, more()) },
      (session) => session.probe({ who: 'current', at: 'writer' }),
      { timeoutMs: 100 },
    )
    expect(verdict).toMatchObject({ verdict: 'unknown', code: 'TARGET_UNREACHABLE', reason: /in time/ })
  })

  test(`${way}: the password is changed, and the old one is compared`, async () => {
    const values = { current: secretFor(OLD, more()), pending: secretFor(NEW, more()) }
    expect(await apply(values)).toEqual({ result: 'applied' })
    expect(robot().password).toBe(NEW)
    expect(await apply(values), 'a repeat').toEqual({ result: 'applied' })
  })
})

describe('a sign-in that is barred', () => {
  test.each([
    ['an address that is not trusted', { needsToken: true }, {}, /security token is asked for/],
    ['an org without login()', {}, { hasSoapLogin: false }, /give `consumerKey`/],
  ])('%s', async (_name, user, org, reason) => {
    Object.assign(robot(), user)
    Object.assign(server.org, org)
    expect(await probe(secretFor(OLD))).toMatchObject({
      verdict: 'barred',
      code: 'CREDENTIAL_BARRED',
      reason,
    })
  })

  test('an app that is not known, or has another secret', async () => {
    const { consumerKey, consumerSecret } = throughApp()
    const unknown = secretFor(OLD, { consumerKey: 'unknown', consumerSecret })
    expect(await probe(unknown)).toMatchObject({ verdict: 'barred', reason: /no app with the `consumerKey`/ })
    const wrong = secretFor(OLD, { consumerKey, consumerSecret: 'wrong' })
    expect(await probe(wrong)).toMatchObject({ verdict: 'barred', reason: /`consumerSecret`/ })
  })
})

describe('a change', () => {
  test('of a session whose password was changed meanwhile is superseded', async () => {
    server.before = (line) => {
      if (line.endsWith('changeOwnPassword')) robot().password = 'set by hand'
    }
    const result = await apply({ current: secretFor(OLD), pending: secretFor(NEW) })
    expect(result).toEqual({ result: 'superseded' })
    expect(robot().password).toBe('set by hand')
  })

  test('that the policy refuses is refused for good', async () => {
    server.org.policy = /^\d+$/
    expect(await apply({ current: secretFor(OLD), pending: secretFor(NEW) })).toMatchObject({
      result: 'refused',
    })
    expect(robot().password).toBe(OLD)
  })

  test('by an admin is of the very user that signed in, and by the app of the admin secret', async () => {
    server.org.runAs.mayResetOthers = true
    const values = { current: secretFor(OLD), pending: secretFor(NEW), admin: server.client() }
    expect(await apply(values, 'admin')).toEqual({ result: 'applied' })
    expect(robot().password).toBe(NEW)
    expect(server.log).toContain('POST /services/data/v65.0/sobjects/User/USER/password 204')
  })

  test('by an admin who may not is told before anything is changed', async () => {
    const values = { current: secretFor(OLD), pending: secretFor(NEW), admin: server.client() }
    const check = await withSession(values, (session) => session.check({ as: 'admin' }))
    expect(check).toMatchObject({ possible: false, missing: [{ remedy: /Reset User Passwords/ }] })
    await expect(apply(values, 'admin')).rejects.toMatchObject({ code: 'PRIVILEGE_MISSING' })
    expect(robot().password).toBe(OLD)
  })
})

describe('a whole rotation', () => {
  const DONE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']

  test('by the user itself, three in a row', async () => {
    const rotation = stageRotation(provider, secretFor(OLD))
    for (const _ of [1, 2, 3]) {
      expect(await rotation.rotate(), rotation.problem).toEqual(DONE)
      expect(robot().password).toBe(rotation.password('AWSCURRENT'))
    }
    expect(rotation.evidence.at(-1)).toMatchObject({
      provider: 'salesforce',
      strategy: 'single-user',
      class: 'B',
    })
    expect(robot().failedSignIns).toBe(0)
  })

  test('a change whose reply is lost is found done', async () => {
    const rotation = stageRotation(provider, secretFor(OLD))
    server.mishaps.push({ on: /changeOwnPassword/, what: 'cut after' })
    expect(await rotation.rotate()).toEqual(['createSecret done', 'setSecret TARGET_UNREACHABLE'])
    expect(robot().password).not.toBe(OLD)
    expect(await rotation.repeat(['setSecret', 'testSecret', 'finishSecret'])).toEqual(DONE.slice(1))
    expect(robot().password).toBe(rotation.password('AWSCURRENT'))
  })

  test('the test rotation tells what login() will come to, and changes nothing', async () => {
    const rotation = stageRotation(provider, secretFor(OLD))
    expect(await rotation.preflight()).toEqual(['testSecret preflight'])
    expect(rotation.reports.at(-1)?.notes).toEqual([expect.stringMatching(/summer 2027/)])
    expect(robot().password).toBe(OLD)
  })
})
