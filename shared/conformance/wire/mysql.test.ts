import { expect, test } from 'vitest'
import { Dialogue } from './dialogue.ts'
import { FramingError, type Side } from './framing.ts'
import { mysqlFraming } from './mysql.ts'

const message = (sequence: number, ...parts: readonly (string | readonly number[])[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  )
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, body])
}

const SSL_REQUEST = message(1, [0x00, 0x08, ...Array(30).fill(0)])
const SIGN_IN: readonly (readonly [Side, Buffer, string])[] = [
  ['server', message(0, [10], '9.7.4'), 'Greeting'],
  ['client', message(1, [0x0f, 0xa2], 'x'.repeat(60)), 'HandshakeResponse'],
  ['server', message(2, [0xfe], 'caching_sha2_password'), 'AuthSwitchRequest'],
  ['client', message(3, 'token'), 'AuthResponse'],
  ['server', message(4, [1, 4]), 'AuthMoreData'],
  ['client', message(5, 'a password\0'), 'AuthResponse'],
  ['server', message(6, [0, 0, 0]), 'Ok'],
  ['client', message(0, [3], `ALTER USER USER() IDENTIFIED BY 'a password'`), 'Query ALTER USER'],
  ['server', message(1, [0xff, 0x33, 0x0f], '#HY000a password'), 'Error 3891'],
  ['client', message(0, [1]), 'Quit'],
]

test.each([1, 2, 3, 7, 1000])('the messages of a sign-in and a change, in pieces of %i bytes', (size) => {
  const dialogue = new Dialogue(mysqlFraming)
  const names: string[] = []
  for (const [from, bytes] of SIGN_IN)
    for (let at = 0; at < bytes.length; at += size) {
      dialogue.add(from, bytes.subarray(at, at + size))
      for (let next = dialogue.next(from); next; next = dialogue.next(from)) names.push(next.name)
    }
  expect(names).toEqual(SIGN_IN.map(([, , name]) => name))
  expect(names.join()).not.toContain('password\0')
})

test('the request for TLS is told from an answer, also when TLS follows in the same piece', () => {
  const dialogue = new Dialogue(mysqlFraming)
  dialogue.add('server', message(0, [10], '9.7.4'))
  expect(dialogue.next('server')).toMatchObject({ name: 'Greeting' })
  dialogue.add('client', Buffer.concat([SSL_REQUEST, Buffer.from([0x16, 3, 1])]))
  expect(dialogue.next('client')).toMatchObject({ name: 'SSLRequest', startsTls: true })
  expect([...dialogue.takeRest('client')]).toEqual([0x16, 3, 1])
})

test('a server that refuses before it greets is told by its number', () => {
  const dialogue = new Dialogue(mysqlFraming)
  dialogue.add('server', message(0, [0xff, 0x10, 0x04], 'Too many connections'))
  expect(dialogue.next('server')).toMatchObject({ name: 'Error 1040' })
})

test('a goodbye is no point, since it races with the other end', () => {
  const dialogue = new Dialogue(mysqlFraming)
  const points: string[] = []
  for (const [from, bytes] of SIGN_IN) {
    dialogue.add(from, bytes)
    const next = dialogue.next(from)
    if (next?.isPoint === true) points.push(next.name)
  }
  expect(points).toEqual(SIGN_IN.map(([, , name]) => name).filter((name) => name !== 'Quit'))
})

test('16 MB are no message of a provider', () => {
  const dialogue = new Dialogue(mysqlFraming)
  dialogue.add('server', Buffer.from([0xff, 0xff, 0xff, 0]))
  expect(() => dialogue.next('server')).toThrow(FramingError)
})
