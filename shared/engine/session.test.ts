import { expect, test } from 'vitest'
import * as z from 'zod'
import { QuarterturnError } from '../errors/index.ts'
import type { Session } from '../provider/contract.ts'
import { defineProvider } from '../provider/define.ts'
import { Deadline } from './deadline.ts'
import { GuardedSession } from './session.ts'

const providerWith = (session: Partial<Session>, onOpen = (): void => undefined) =>
  defineProvider({
    name: 'example',
    serves: { engines: ['example'] },
    schema: z.looseObject({}),
    capabilities: { strategies: ['single-user'], repeat: 'harmless', lock: 'none', failedProbe: 'free' },
    identity: () => ({ account: 'a', endpoint: 'b', credential: 'c' }),
    withCredential: ({ into }) => into,
    propose: ({ current }) => current,
    open: () => {
      onOpen()
      return {
        check: () => Promise.resolve({ possible: true, missing: [] }),
        probe: () => Promise.resolve({ verdict: 'rejected' }),
        exclusive: ({ work }) => work(),
        apply: () => Promise.resolve({ result: 'applied' }),
        close: () => Promise.resolve(),
        ...session,
      }
    },
  })

const request = { values: {}, strategy: 'single-user', mark: 'm' } as const
const never = new Promise<never>(() => undefined)

test('is opened at the first use and once', async () => {
  let opened = 0
  const session = new GuardedSession(
    providerWith({}, () => {
      opened += 1
    }),
    request,
    new Deadline(Number.POSITIVE_INFINITY),
  )
  await session.close()
  expect(opened).toBe(0)
  await session.run((one) => one.check({ as: 'current' }))
  await session.run((one) => one.check({ as: 'current' }))
  expect(opened).toBe(1)
})

test('at the deadline the connections are closed before anybody hears of it', async () => {
  const events: string[] = []
  const session = new GuardedSession(
    providerWith({
      apply: () => never,
      close: async () => {
        await Promise.resolve()
        events.push('closed')
      },
    }),
    request,
    new Deadline(5),
  )
  const outcome = session
    .run((one) =>
      one.exclusive({
        as: 'current',
        work: () => one.apply({ from: 'current', to: 'pending', as: 'current' }),
      }),
    )
    .catch((error: unknown) => {
      events.push('told')
      return error
    })
  expect(await outcome).toMatchObject({ code: 'DEADLINE', retryable: true })
  expect(events).toEqual(['closed', 'told'])
})

test('nothing is begun after the deadline', async () => {
  let begun = 0
  const session = new GuardedSession(providerWith({}), request, new Deadline(0))
  const begin = session.run((one) => {
    begun += 1
    return one.apply({ from: 'current', to: 'pending', as: 'current' })
  })
  await expect(begin).rejects.toMatchObject({ code: 'DEADLINE' })
  expect(begun).toBe(0)
})

test('an error of ours passes, anything else becomes PROVIDER_FAILED with its cause', async () => {
  const ours = new QuarterturnError('TARGET_BUSY', { problem: 'locked' })
  const session = new GuardedSession(providerWith({}), request, new Deadline(Number.POSITIVE_INFINITY))
  await expect(session.run(() => Promise.reject(ours))).rejects.toBe(ours)
  const cause = new TypeError('x is not a function')
  await expect(session.run(() => Promise.reject(cause))).rejects.toMatchObject({
    code: 'PROVIDER_FAILED',
    cause,
  })
})

test('a provider that fails to close does not change the outcome', async () => {
  const session = new GuardedSession(
    providerWith({ close: () => Promise.reject(new Error('no')) }),
    request,
    new Deadline(Number.POSITIVE_INFINITY),
  )
  await session.run((one) => one.check({ as: 'current' }))
  await expect(session.close()).resolves.toBeUndefined()
})
