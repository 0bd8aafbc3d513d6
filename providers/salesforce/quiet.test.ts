import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StoredSecret, Who } from '../../shared/provider/index.ts'
import { isQuarterturnError } from '../../shared/provider/index.ts'
import { stageRotation } from '../../test/stage-rotation.ts'
import { type OrgServer, startOrg } from './test-org/server.ts'
import { provider, withSession } from './test-session.ts'

// jsforce reads it when it is loaded, and then prints every answer to a sign-in.
vi.hoisted(() => {
  process.env['JSFORCE_LOG_LEVEL'] = 'DEBUG'
})

const OLD = 'the old password'
const NEW = 'the new password'
const WRONG = 'the wrong password'
let server: OrgServer
const said: string[] = []
beforeEach(async () => {
  server = await startOrg()
  server.echoes = true
  server.org.addUser('robot@acme.example', OLD)
  said.length = 0
  for (const method of ['log', 'error', 'warn', 'info', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...things) => void said.push(things.map(String).join(' ')))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await server.close()
})

const user = (password: string, more: object = {}): StoredSecret => ({
  username: 'robot@acme.example',
  password,
  baseUri: server.url,
  requiresSecurityToken: false,
  ...more,
})

function expectSilence(): void {
  const text = said.join('\n')
  const { primary, sessions } = server.org
  const canaries = [OLD, NEW, WRONG, primary.secret, ...sessions.keys(), 'Envelope', 'echoed']
  for (const canary of canaries) expect(text.includes(canary), canary).toBe(false)
}

const note = (thing: unknown): void => {
  if (thing instanceof Error) expect(isQuarterturnError(thing), thing.message).toBe(true)
  said.push(
    thing instanceof Error
      ? `${thing.stack} ${JSON.stringify(thing)} ${String(thing.cause)}`
      : JSON.stringify(thing),
  )
}

const trying = (values: { readonly [W in Who]?: StoredSecret }, as: Who): Promise<void> =>
  withSession(values, (session) => session.apply({ from: 'current', to: 'pending', as }).then(note, note))

test('nothing of a password leaves, whatever answers echo, and with the debug switch of jsforce on', async () => {
  const { key, secret } = server.org.primary
  const app = { consumerKey: key, consumerSecret: secret }
  server.org.policy = /^$/
  for (const more of [{}, app]) {
    await withSession({ current: user(WRONG, more), pending: user(OLD, more) }, async (session) => {
      note(await session.probe({ who: 'current', at: 'writer' }))
      note(await session.probe({ who: 'pending', at: 'writer' }))
    })
    await trying({ current: user(OLD, more), pending: user(NEW, more) }, 'current')
    await trying({ current: user(WRONG, more), pending: user(NEW, more) }, 'current')
    await trying({ current: user(OLD, more), pending: user(NEW, more), admin: server.client() }, 'admin')
  }
  expect(said.length).toBeGreaterThan(9)
  expectSilence()
})

test('nothing of a client secret leaves, whichever request fails with an answer that repeats what was sent', async () => {
  const secrets = new Set<string>()
  const keep = (): void => {
    secrets.add(server.org.primary.secret)
    if (server.org.slot !== undefined) secrets.add(server.org.slot.secret)
  }
  const refused = { type: 'application/json', body: '[{"errorCode":"ANY_CODE","message":"echoed"}]' }
  let failed = 0
  for (const on of [/token/, /GET .*staged/, /GET .*[^d]$/, /POST .*staged/, /PATCH/, /DELETE/])
    for (const status of [400, 401, 403, 500]) {
      const rotation = stageRotation(provider, server.client())
      // The slot is taken then, so that each kind of request is made.
      await rotation.rotate()
      keep()
      server.mishaps.push({ on, what: { ...refused, status } })
      const ended = await rotation.rotate()
      failed += ended.some((one) => !one.endsWith('done')) ? 1 : 0
      note([ended, rotation.problem, rotation.remedy, rotation.reports, rotation.evidence])
      keep()
      server.mishaps.length = 0
      server.org.slot = undefined
    }
  expect(failed).toBeGreaterThan(15)
  const text = said.join('\n')
  for (const canary of [...secrets, ...server.org.sessions.keys(), 'echoed', 'Bearer'])
    expect(text.includes(canary), canary).toBe(false)
})
