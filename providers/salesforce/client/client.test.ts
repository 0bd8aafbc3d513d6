import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LiveCredential, StoredSecret, Verdict, Who } from '../../../shared/provider/index.ts'
import { stageRotation } from '../../../test/stage-rotation.ts'
import { OTHER, USUAL, type Variant } from '../test-org/org.ts'
import { type OrgServer, startOrg } from '../test-org/server.ts'
import { provider, withSession as withAnySession } from '../test-session.ts'

type Work<T> = Parameters<typeof withAnySession<T>>[1]
const withSession = <T>(values: { readonly [W in Who]?: StoredSecret }, work: Work<T>): Promise<T> =>
  withAnySession(values, work, { strategy: 'staged' })

const DONE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']
const DAY_MS = 86_400_000
const MARK = { secret: '0'.repeat(16), token: '1'.repeat(16), attempt: 1 }
let server: OrgServer
let skewMs = 0
async function start(variant: Partial<Variant> = {}): Promise<void> {
  skewMs = 0
  server = await startOrg(variant, () => Date.now() + skewMs)
}
afterEach(() => server.close())

const keyUnder = (value: StoredSecret) => ({
  key: String(value['consumerKey']),
  secret: String(value['consumerSecret']),
})
const probe = (secret: StoredSecret): Promise<Verdict> =>
  withSession({ current: secret }, (session) => session.probe({ who: 'current', at: 'writer' }))
const mint = (current: StoredSecret) =>
  withSession({ current }, async (session) => session.mint?.({ from: 'current', as: 'current', mark: MARK }))
const list = (current: StoredSecret): Promise<readonly LiveCredential[] | undefined> =>
  withSession({ current }, async (session) => session.list?.({ as: 'current' }))

describe.each([
  ['as the public documentation has it', USUAL],
  ['where sources contradict it', OTHER],
])('rotations of a client secret, %s', (_name, variant) => {
  beforeEach(() => start(variant))

  test('three in a row: staged, proven, promoted, and the old pair goes on', async () => {
    const first = server.client()
    const rotation = stageRotation(provider, first)
    let before = first
    for (const _ of [1, 2, 3]) {
      expect(await rotation.rotate(), rotation.problem).toEqual(DONE)
      const now = rotation.value('AWSCURRENT')
      expect(server.org.primary).toEqual(keyUnder(now))
      // Both are new, and whoever read the old pair goes on.
      expect(now['consumerKey']).not.toBe(before['consumerKey'])
      expect(server.org.accepts(keyUnder(before))).toBe(true)
      expect(now['note']).toBe('kept')
      before = now
    }
    expect(server.org.accepts(keyUnder(first))).toBe(false)
    expect(rotation.evidence.at(-1)).toMatchObject({ provider: 'salesforce', strategy: 'staged', class: 'A' })
  })

  test.each([
    ['POST', /^POST .*staged$/],
    ['PATCH', /^PATCH/],
    ['DELETE', /^DELETE/],
  ])('a %s whose reply is lost is found done', async (_method, on) => {
    const rotation = stageRotation(provider, server.client())
    expect(await rotation.rotate()).toEqual(DONE)
    server.mishaps.push({ on, what: 'cut after' })
    const ended = await rotation.rotate()
    expect(ended.at(-1)).toMatch(/TARGET_UNREACHABLE/)
    expect(server.mishaps).toEqual([])
    const left = DONE.slice(ended.length - 1).map((one) => one.split(' ')[0])
    expect(await rotation.repeat(left as Parameters<typeof rotation.repeat>[0])).toEqual(
      DONE.slice(ended.length - 1),
    )
    expect(server.org.primary).toEqual(keyUnder(rotation.value('AWSCURRENT')))
    expect(server.log.filter((line) => line.startsWith('POST') && line.includes('/staged'))).toHaveLength(2)
  })

  test('an expired set leaves the slot', async () => {
    const rotation = stageRotation(provider, server.client())
    expect(await rotation.rotate()).toEqual(DONE)
    server.org.stage(server.org.runAs.id)
    skewMs = 31 * DAY_MS
    expect(await rotation.rotate(), rotation.problem).toEqual(DONE)
    expect(server.org.primary).toEqual(keyUnder(rotation.value('AWSCURRENT')))
  })

  test('by an admin secret of another app', async () => {
    const admin = { ...server.client(server.org.adminApp.pair), appId: '0xI000000000009EAA' }
    server.org.runAs.mayStage = false
    const rotation = stageRotation(provider, server.client(), { admin, adminField: 'adminSecretArn' })
    for (const _ of [1, 2]) {
      expect(await rotation.rotate(), rotation.problem).toEqual(DONE)
      expect(server.org.primary).toEqual(keyUnder(rotation.value('AWSCURRENT')))
    }
  })
})

describe("another operator's staged credentials", () => {
  test.each([
    ['another user', {}],
    ['nobody knows whom', { createdBy: 'nothing' }],
  ] as const)('by %s are not touched', async (_who, variant) => {
    await start(variant)
    const theirs = server.org.stage('005000000000099AAA')
    const rotation = stageRotation(provider, server.client())
    expect(await rotation.rotate()).toEqual(['createSecret SLOT_TAKEN'])
    expect(server.org.slot).toEqual(theirs)
  })

  test('are told by the test rotation', async () => {
    await start()
    server.org.stage('005000000000099AAA')
    const rotation = stageRotation(provider, server.client())
    expect(await rotation.preflight()).toEqual(['testSecret preflight'])
    expect(rotation.reports.at(-1)?.notes).toEqual([expect.stringMatching(/somebody else has staged/)])
  })
})

describe('what is missing in the org', () => {
  beforeEach(() => start())

  test.each([
    [
      'the switch',
      () => Object.assign(server.org, { allowsSecretsInRest: false }),
      /Allow access to External/,
    ],
    ['the permissions', () => Object.assign(server.org.runAs, { mayStage: false }), /ViewClientSecret/],
  ])('%s is named before anything is staged', async (_name, change, remedy) => {
    change()
    const rotation = stageRotation(provider, server.client())
    expect(await rotation.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(rotation.remedy).toMatch(remedy)
    expect(await rotation.rotate()).toEqual(['createSecret PRIVILEGE_MISSING'])
    expect(server.org.slot).toBeUndefined()
  })

  test.each(['REQUEST_LIMIT_EXCEEDED', 'API_CURRENTLY_DISABLED'])(
    'no permission is missing where the org answers 403 %s',
    async (errorCode) => {
      const body = JSON.stringify([{ message: 'not now', errorCode }])
      server.mishaps.push({ on: /GET .*staged/, what: { status: 403, type: 'application/json', body } })
      const rotation = stageRotation(provider, server.client())
      expect(await rotation.rotate()).toEqual(['createSecret TARGET_UNREACHABLE'])
      expect(rotation.problem).toContain(errorCode)
    },
  )

  test('ids of no app', async () => {
    const rotation = stageRotation(provider, { ...server.client(), consumerId: '888000000000009EAA' })
    expect(await rotation.rotate()).toEqual(['createSecret PRIMARY_ELSEWHERE'])
    expect(rotation.remedy).toMatch(/two ids/)
  })
})

describe('a sign-in with client credentials', () => {
  beforeEach(() => start())

  test('says as whom, and is refused for an unknown key and for another secret', async () => {
    const id = server.org.runAs.id.slice(0, 15)
    expect(await probe(server.client())).toEqual({ verdict: 'accepted', as: `user ${id}` })
    expect(await probe({ ...server.client(), consumerKey: 'unknown' })).toMatchObject({ verdict: 'rejected' })
    expect(await probe({ ...server.client(), consumerSecret: 'wrong' })).toMatchObject({
      verdict: 'rejected',
    })
  })

  test('is barred without a run-as user', async () => {
    server.org.isFlowEnabled = false
    expect(await probe(server.client())).toMatchObject({ verdict: 'barred', reason: /run-as user/ })
  })

  test.each([
    ['an outage', { status: 503, type: 'text/html', body: 'invalid_client' }],
    ['a redirect', { status: 302, body: '' }],
    ['a login page', { status: 200, type: 'text/html', body: '<html></html>' }],
    ['a gateway', { status: 401, type: 'text/html', body: 'invalid_client' }],
  ])('says nothing after %s', async (_name, what) => {
    server.mishaps.push({ on: /token/, what })
    expect(await probe(server.client())).toMatchObject({ verdict: 'unknown' })
  })
})

describe('hostile answers', () => {
  beforeEach(() => start())
  const at = /GET .*staged/
  const answer = (stagedCredentials: unknown) => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ stagedCredentials }),
  })
  const good = { id: '9Sc1', key: 'k', secret: 's', state: 'Active' }

  test.each([
    ['a key with a line break', [{ ...good, key: 'k\r\nx: y' }]],
    ['an id that is a path', [{ ...good, id: '../../../sobjects' }]],
    ['several', [good, { ...good, key: 'other' }]],
    ['no list', 'none'],
  ])('%s is refused', async (_name, staged) => {
    server.mishaps.push({ on: at, what: answer(staged) })
    await expect(list(server.client())).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
  })

  test('a state that nobody knows is not ours', async () => {
    server.mishaps.push({
      on: at,
      what: answer([{ ...good, state: 'Frozen', createdBy: server.org.runAs.id }]),
    })
    const [, slot] = (await list(server.client())) ?? []
    expect(slot).toMatchObject({ state: 'staged' })
    expect(slot?.author).toBeUndefined()
  })

  test('a place that was taken meanwhile is told as full, and any other refusal as that', async () => {
    server.before = (line) => {
      if (line.startsWith('POST /services/data')) server.org.slot ??= server.org.stage('005000000000099AAA')
    }
    expect(await mint(server.client())).toMatchObject({ result: 'full' })
    server.before = undefined
    server.org.slot = undefined
    const what = {
      status: 400,
      type: 'application/json',
      body: '[{"errorCode":"DAILY_LIMIT","message":"x"}]',
    }
    server.mishaps.push({ on: /POST .*staged/, what })
    expect(await mint(server.client())).toEqual({
      result: 'declined',
      reason: 'Salesforce answered 400 DAILY_LIMIT',
    })
  })

  test('a set that was promoted between two looks is not shown twice', async () => {
    server.org.stage(server.org.runAs.id)
    let looks = 0
    server.before = (line) => {
      looks += line.startsWith('GET') ? 1 : 0
      if (looks === 2 && server.org.slot?.state === 'Active') server.org.rotate(server.org.slot)
    }
    const before = server.client()
    const ids = (await list(before))?.map(({ id, state }) => [state, id])
    expect(ids).toEqual([
      ['primary', server.org.primary.key],
      ['retiring', before['consumerKey']],
    ])
  })
})

describe('ending one by its key', () => {
  beforeEach(() => start())

  test('never ends what has the place by now, nor the primary pair', async () => {
    const staged = server.org.stage(server.org.runAs.id)
    const revoke = (id: string) =>
      withSession({ current: server.client() }, async (session) => session.revoke?.({ id, as: 'current' }))
    expect(await revoke('another')).toBe('already')
    await expect(revoke(server.org.primary.key)).rejects.toMatchObject({ code: 'PRIMARY_ELSEWHERE' })
    expect(server.org.slot).toEqual(staged)
    expect(await revoke(staged.key)).toBe('revoked')
    expect(server.org.slot).toBeUndefined()
  })

  test('a retirement ends the old pair in the slot alone', async () => {
    const old = server.client()
    server.org.rotate(server.org.stage(server.org.runAs.id))
    const retire = (gone: StoredSecret) =>
      withSession({ current: server.client(), gone }, async (session) =>
        session.retire?.({ gone: 'gone', keep: 'current', as: 'current' }),
      )
    expect(await retire(server.client())).toMatchObject({ result: 'cannot' })
    expect(await retire(old)).toEqual({ result: 'retired' })
    expect(await retire(old)).toEqual({ result: 'already' })
    expect(await probe(server.client())).toMatchObject({ verdict: 'accepted' })
  })
})
