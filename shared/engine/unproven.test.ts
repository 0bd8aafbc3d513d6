import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { simulatedProvider, Target } from '../../test/simulation/target.ts'
import type { Applied, Provider, Verdict } from '../provider/index.ts'

/** A target that needs so many looks until a change is done, and says what was set last; nobody can sign in. */
function stageOf({ looks, allowClassC = true }: { looks: number; allowClassC?: boolean }) {
  const target = new Target('single', 'p0')
  const rules = { locks: true, changesInLockedSession: true }
  const simulated = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
  const change: { left: number; begun: number } = { left: 0, begun: 0 }
  const look = (): boolean => {
    const isUnderWay = change.left > 0
    change.left -= 1
    return isUnderWay
  }
  const provider: Provider = {
    ...simulated,
    capabilities: { ...simulated.capabilities, probe: 'none' },
    open(request) {
      const session = simulated.open(request)
      const [probe, apply] = [session.probe.bind(session), session.apply.bind(session)]
      return Object.assign(session, {
        probe: async (asked: Parameters<typeof probe>[0]): Promise<Verdict> => {
          if (look()) return { verdict: 'unknown', reason: 'not done', code: 'CHANGE_IN_PROGRESS' }
          const verdict = await probe(asked)
          return verdict.verdict === 'accepted'
            ? { verdict: 'unprovable', reason: 'it was set last' }
            : verdict
        },
        apply: async (asked: Parameters<typeof apply>[0]): Promise<Applied> => {
          if (look()) return { result: 'in-progress' }
          const to = request.values[asked.to]?.reveal() as { password: string } | undefined
          if (target.account('A').primary === to?.password) return { result: 'applied' }
          await apply(asked)
          change.begun += 1
          change.left = looks
          return { result: 'in-progress' }
        },
      })
    },
  }
  const stage = new Stage({ target, provider, settings: { allowClassC } })
  return { stage, change }
}

describe('a target that carries changes out by itself, and where nobody can sign in', () => {
  test('is waited for, and what it says counts, as no proof', async () => {
    const { stage, change } = stageOf({ looks: 6 })
    await stage.steps(stage.begin())
    expect(change.begun).toBe(1)
    expect(stage.slept).toEqual([2_000, 3_000, 5_000, 10_000, 10_000, 10_000, 10_000])
    expect(stage.evidence[0]).toMatchObject({
      class: 'C',
      newCredential: { verdict: 'unprovable', reason: 'it was set last' },
    })
    expect(stage.evidence[0]).not.toHaveProperty('gapMs')
    expect(stage.reports.map((report) => report.class)).toEqual(['C', 'C', 'C', 'C'])
  })

  test('is left to the repeat where the step has no more time, which waits on and begins nothing', async () => {
    const { stage, change } = stageOf({ looks: 4 })
    const token = stage.begin()
    await stage.step('createSecret', token)
    // 18 s, less the 2 s for the end: a pause of 2 s would leave less than 15 s.
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await failure(stage.step('setSecret', token, { timeLeftMs: 18_000 }))).toMatchObject({
        code: 'CHANGE_IN_PROGRESS',
        retryable: true,
      })
    expect(stage.slept).toEqual([])
    for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await stage.step(step, token)
    expect(change.begun).toBe(1)
    expect(stage.target.live()).toEqual(['A:chosen-password-1'])
  })

  test('is not rotated where the deployment does not allow class C', async () => {
    const { stage, change } = stageOf({ looks: 0, allowClassC: false })
    const token = stage.begin()
    expect((await failure(stage.step('createSecret', token))).code).toBe('CLASS_C_REFUSED')
    expect(change.begun).toBe(0)
  })

  test('whose probe is a sign-in counts for nothing where it proves nothing', async () => {
    const target = new Target('single', 'p0')
    const rules = { locks: true, changesInLockedSession: true }
    const simulated = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
    const open: Provider['open'] = (request) =>
      Object.assign(simulated.open(request), {
        probe: async (): Promise<Verdict> => ({ verdict: 'unprovable', reason: 'trust' }),
      })
    const stage = new Stage({ target, provider: { ...simulated, open } })
    const token = stage.begin()
    await stage.step('createSecret', token)
    expect((await failure(stage.step('setSecret', token))).code).toBe('NOT_PASSWORD_AUTH')
  })
})
