import type { Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { type FakeServer, failure, greeting, ok, startFake, switchTo } from './test-fake.ts'
import { probe } from './test-target.ts'

const PASSWORD = 'never in an answer'
const TIME = { allowClearTextLoopback: true, connectTimeoutMs: 1_500, timeLeftMs: 3_000 }

let running: FakeServer | undefined
afterEach(() => running?.stop())

async function ask(
  fake: Promise<FakeServer>,
  ssl = false,
): Promise<{ readonly verdict: string; readonly reason: string; readonly received: string }> {
  running = await fake
  const secret = {
    engine: 'mysql',
    host: 'localhost',
    port: running.port,
    username: 'app',
    password: PASSWORD,
    ssl,
  }
  const verdict = await probe(secret, TIME)
  const text = JSON.stringify(verdict)
  expect(text).not.toContain(PASSWORD)
  return {
    verdict: verdict.verdict,
    reason: 'reason' in verdict ? (verdict.reason ?? '') : '',
    received: running.received().toString('latin1'),
  }
}

const floods = (socket: Socket): void => {
  const chunk = Buffer.alloc(1024 * 1024, 7)
  const more = (): void => {
    if (!socket.destroyed) socket.write(chunk, more)
  }
  more()
}

test.each<[string, () => Promise<FakeServer>]>([
  ['is silent', () => startFake(Buffer.alloc(0))],
  ['speaks another protocol', () => startFake(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
  ['sends noise', () => startFake(Buffer.alloc(5000, 0xa5))],
  ['sends a greeting of one byte', () => startFake(Buffer.from([1, 0, 0, 0, 10]))],
  ['refuses before it greets, as if it had looked', () => startFake(failure(0, 1045))],
  ['wants a plugin that nobody knows', () => startFake(greeting(), [switchTo('no_such_plugin')])],
  ['wants a plugin named like a property', () => startFake(greeting(), [switchTo('__proto__')])],
  ['wants ed25519', () => startFake(greeting(), [switchTo('client_ed25519')])],
  ['sends messages out of order', () => startFake(greeting(), [ok(77)])],
  ['lets us in and then answers nonsense', () => startFake(greeting(), [ok(2), Buffer.alloc(64, 0xfb)])],
  ['lets us in and then is silent', () => startFake(greeting(), [ok(2)])],
  ['never stops sending', () => startFake(greeting(), [ok(2), floods])],
  [
    'never stops sending before it greets',
    () => startFake(Buffer.concat([Buffer.from([0xff, 0xff, 0xfe, 0]), Buffer.alloc(8_000_000)])),
  ],
])('a server that %s proves nothing, within the time', async (_what, start) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const begun = performance.now()
  const { verdict } = await ask(start())
  expect(verdict).toBe('unknown')
  expect(performance.now() - begun).toBeLessThan(4_900)
  expect(JSON.stringify(said.mock.calls)).not.toContain(PASSWORD)
  said.mockRestore()
})

test.each(['mysql_clear_password', 'dialog'])(
  'a server that asks for the password by %s does not get it',
  async (plugin) => {
    const { verdict, received } = await ask(startFake(greeting(), [switchTo(plugin)]))
    expect(verdict).toBe('unknown')
    expect(received).not.toContain(PASSWORD)
  },
)

test('a server without TLS gets nothing that follows from the password', async () => {
  const { verdict, reason, received } = await ask(startFake(greeting()), true)
  expect(verdict).toBe('unknown')
  expect(reason).toContain('does not offer TLS')
  expect(received).toBe('')
})

test('a server that asks for a file does not get it', async () => {
  const file = Buffer.concat([Buffer.from([12, 0, 0, 1, 0xfb]), Buffer.from('/etc/passwd')])
  const { verdict, received } = await ask(startFake(greeting(), [ok(2), file]))
  expect(verdict).toBe('unknown')
  expect(received).not.toContain(':/root:')
})
