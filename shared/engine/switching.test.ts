import { describe, expect, test } from 'vitest'
import { Stage } from '../../test/simulation/stage.ts'
import { SimulatedSecret, simulatedProvider, Target } from '../../test/simulation/target.ts'
import type { Provider } from '../provider/index.ts'
import { STEPS } from './known.ts'

type Choice = 'single-user' | 'alternating-users'

/** Two accounts that either their admin changes in turn, or the one in use changes in place by itself. */
function stageOf(choice: Choice): { stage: Stage; choose: (choice: Choice) => void } {
  const target = new Target('alternating', 'p0')
  const rules = { locks: true, changesInLockedSession: true }
  const pair = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
  const provider: Provider = {
    ...pair,
    capabilities: { ...pair.capabilities, strategies: ['single-user', 'alternating-users'] },
    open: (request) => {
      const session = pair.open(request)
      const byPair = session.apply.bind(session)
      session.apply = async (change) => {
        if (change.as === 'admin') return await byPair(change)
        const { username, password } = SimulatedSecret.parse(request.values[change.to]?.reveal())
        target.account(username).primary = password
        return { result: 'applied' }
      }
      return session
    },
  }
  const stage = new Stage({ kind: 'alternating', provider, target })
  const choose = (next: Choice): void => {
    stage.model.call('TagResource', {
      SecretId: stage.secretArn,
      Tags: [{ Key: 'quarterturn:strategy', Value: next }],
    })
    stage.restart()
  }
  choose(choice)
  return { stage, choose }
}

const signsIn = (stage: Stage): boolean => {
  const { username, password } = SimulatedSecret.parse(stage.value('AWSCURRENT'))
  return stage.target.accepts(username, password)
}

/** Steps until one fails, as Secrets Manager delivers them: true when all ended well. */
const endsWell = (stage: Stage, token: string, steps = STEPS.slice()): Promise<boolean> =>
  stage.steps(token, steps).then(
    () => true,
    () => false,
  )

describe('another strategy is chosen in the middle of a rotation', () => {
  test.each(
    (['single-user', 'alternating-users'] as const).flatMap((first) =>
      STEPS.flatMap((_, done) => [true, false].map((isAbandoned) => ({ first, done, isAbandoned }))),
    ),
  )('%o: the rotation or the next one ends well', async ({ first, done, isAbandoned }) => {
    const second = first === 'single-user' ? 'alternating-users' : 'single-user'
    const { stage, choose } = stageOf(first)
    const token = stage.begin()
    expect(await endsWell(stage, token, STEPS.slice(0, done))).toBe(true)
    choose(second)
    if (isAbandoned) {
      stage.model.endRotation(stage.secretArn, 'Failed')
      stage.model.call('UpdateSecretVersionStage', {
        SecretId: stage.secretArn,
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: token,
      })
    } else if (!(await endsWell(stage, token, STEPS.slice(done)))) await endsWell(stage, token)
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const pending = Object.entries(stage.labels()).find(([, labels]) => labels.includes('AWSPENDING'))
      const isOpen = pending !== undefined && !pending[1].includes('AWSCURRENT')
      expect(await endsWell(stage, isOpen ? pending[0] : stage.begin())).toBe(true)
      expect(signsIn(stage)).toBe(true)
    }
  })
})
