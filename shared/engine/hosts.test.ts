import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { simulatedProvider, Target } from '../../test/simulation/target.ts'
import { type HostRule, hostEntryOf } from '../network/host-list.ts'
import type { Provider } from '../provider/index.ts'

const ACCOUNT = '111122223333'
const listing = (hosts: string) => {
  const [account, rules] = hostEntryOf(`${ACCOUNT}=${hosts}`) ?? []
  const list = new Map<string, readonly HostRule[]>(account === undefined ? [] : [[account, rules ?? []]])
  return { hosts: { list, allowsLoopback: false } }
}

describe('the host of a secret', () => {
  test('is looked at before anything is sent to it, in each step that would', async () => {
    const stage = new Stage({
      kind: 'alternating',
      more: { host: '10.20.0.1' },
      admin: { value: { username: 'admin', password: 'admin-password', host: '10.20.0.1' } },
    })
    const token = stage.begin()
    await stage.step('createSecret', token)
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) {
      stage.deploy(listing('10.30.0.0/16'))
      const asked = stage.target.failedSignIns
      expect((await failure(stage.step(step, token))).code).toBe('HOST_NOT_ALLOWED')
      expect(stage.target.failedSignIns).toBe(asked)
      stage.deploy(listing('10.20.0.0/16'))
      await stage.step(step, token)
    }
  })

  test('is that of the admin secret too', async () => {
    const stage = new Stage({
      kind: 'alternating',
      settings: listing('10.20.0.0/16'),
      more: { host: '10.20.0.1' },
      admin: { value: { username: 'admin', password: 'admin-password', host: '10.20.0.1' } },
    })
    await stage.steps(stage.begin())
    stage.deploy(listing('10.30.0.0/16'))
    const token = stage.begin()
    await stage.step('createSecret', token)
    expect(await failure(stage.step('setSecret', token))).toMatchObject({
      code: 'HOST_NOT_ALLOWED',
      problem: expect.stringContaining('10.20.0.1 has an address outside'),
    })
  })

  test('that a provider does not tell is no host that could be looked at', async () => {
    const target = new Target('single', 'p0')
    const rules = { locks: true, changesInLockedSession: true }
    const simulated = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
    const silent: Provider = {
      ...simulated,
      identity: (secret) => {
        const { server: _, ...rest } = simulated.identity(secret)
        return rest
      },
    }
    const stage = new Stage({ target, provider: silent, settings: listing('10.20.0.0/16') })
    const token = stage.begin()
    await stage.step('createSecret', token)
    expect(await failure(stage.step('setSecret', token))).toMatchObject({
      code: 'PROVIDER_FAILED',
      problem: expect.stringContaining('does not say which server a secret is of'),
    })
    expect(target.live()).toEqual(['A:p0'])
  })

  test('is not looked at where nobody signs in: nothing is sent there', async () => {
    const target = new Target('single', 'p0')
    const rules = { locks: true, changesInLockedSession: true }
    const simulated = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
    const capabilities = { ...simulated.capabilities, probe: 'none' as const }
    const stage = new Stage({
      target,
      provider: { ...simulated, capabilities },
      settings: { ...listing('10.20.0.0/16'), allowClassC: true },
      more: { host: '10.30.0.1' },
    })
    await stage.steps(stage.begin())
    expect(target.live()).toEqual(['A:chosen-password-1'])
  })
})
