/** Providers whose claims or pure functions are wrong in one way. */
import * as z from 'zod'
import { serverOf } from '../targets/test-memory.ts'
import { type Broken, field, secretOf } from './test-breaking.ts'

export const BROKEN_VALUES: readonly Broken[] = [
  {
    what: 'an identity that ignores the credential',
    caughtBy: 'identity tells two credentials apart',
    saying: /calls two different credentials the same/,
    provider: (sound) => ({
      ...sound,
      identity: (secret) => ({ ...sound.identity(secret), credential: 'same' }),
    }),
  },
  {
    what: 'a propose that drops keys',
    caughtBy: 'propose keeps every key',
    saying: /propose drops the key `note`/,
    provider: (sound) => ({
      ...sound,
      propose: ({ current, entropy }) => ({
        engine: current['engine'],
        host: current['host'],
        username: current['username'],
        password: entropy.password(),
      }),
    }),
  },
  {
    what: 'a propose that repeats the password',
    caughtBy: 'propose answers another credential',
    saying: /repeats the credential in force/,
    provider: (sound) => ({ ...sound, propose: ({ current }) => ({ ...current }) }),
  },
  {
    what: 'a withCredential that takes the whole value',
    caughtBy: 'withCredential takes the credential of one value',
    saying: /takes more than the credential/,
    provider: (sound) => ({ ...sound, withCredential: ({ from }) => from }),
  },
  {
    what: 'a provider that claims two live credentials and has one',
    caughtBy: 'a rotation that nobody disturbs keeps its class',
    saying: /never locked out \(class A\)/,
    provider: (sound) => ({
      ...sound,
      capabilities: { ...sound.capabilities, strategies: ['dual-password'] },
    }),
  },
  {
    what: 'an open that connects',
    caughtBy: 'opening a session connects nowhere',
    saying: /1 connections are open/,
    provider: (sound) => ({
      ...sound,
      open: (request) => {
        const server = serverOf(field(secretOf(request, 'current'), 'host'))
        const connection = server.signIn(String(field(secretOf(request, 'current'), 'password')))
        const session = sound.open(request)
        return {
          ...session,
          close: async () => {
            if (typeof connection === 'object') server.drop(connection)
            await session.close()
          },
        }
      },
    }),
  },
  {
    what: 'a schema whose issues repeat what was wrong',
    caughtBy: 'no issue of the schema repeats a credential',
    saying: /an issue about `password` repeats a credential/,
    provider: (sound) => ({
      ...sound,
      schema: z.looseObject({
        host: z.string(),
        username: z.string(),
        password: z.string({ error: ({ input }) => `${JSON.stringify(input)} is no password` }),
      }),
    }),
  },
  {
    what: 'a schema whose issues show the whole secret',
    caughtBy: 'no issue of the schema repeats a credential',
    saying: /an issue about `\w+` repeats a credential/,
    provider: (sound) => ({
      ...sound,
      schema: z.custom<Readonly<Record<string, unknown>>>(
        (value) => typeof field(value, 'host') === 'string',
        {
          error: ({ input }) => `${JSON.stringify(input)} has no host`,
        },
      ),
    }),
  },
  {
    what: 'a withCredential that writes into what it is given',
    caughtBy: 'the pure functions leave what they are given as it is',
    saying: /a pure function changes what it is given/,
    provider: (sound) => ({
      ...sound,
      withCredential: ({ into, from }) => Object.assign(into, { password: from['password'] }),
    }),
  },
  {
    what: 'an identity that counts how often it was asked',
    caughtBy: 'the pure functions leave what they are given as it is',
    saying: /answers otherwise the second time/,
    provider: (sound) => {
      let asked = 0
      return {
        ...sound,
        identity: (secret) => {
          asked += 1
          return { ...sound.identity(secret), endpoint: `connection ${asked}` }
        },
      }
    },
  },
]
