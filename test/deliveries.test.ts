import { describe, expect, test } from 'vitest'
import { STEPS } from '../shared/engine/known.ts'
import { FUNCTION_ARN, Stage } from './simulation/stage.ts'
import { SimulatedSecret, TARGET_KINDS, type TargetKind } from './simulation/target.ts'

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1)

/** The engine behind the local Secrets Manager's own rotation driver, with what AWS does not publish drawn from `seed`. */
function stageWith(kind: TargetKind, seed: number): Stage {
  const stage = new Stage({ kind, model: { seed }, settings: { pendingReadDelaysMs: [1, 1, 1, 1] } })
  stage.model.registerFunction(FUNCTION_ARN, (event) => {
    // Every third delivery comes to a new container.
    if (stage.reports.length % 3 === 0) stage.restart()
    return stage.step(event.Step, event.ClientRequestToken, { event })
  })
  return stage
}

const rotations = (stage: Stage): string[] =>
  stage.model.events.flatMap(({ detail }) =>
    'eventName' in detail && detail.eventName.startsWith('Rotation') ? [detail.eventName] : [],
  )

async function rotate(stage: Stage): Promise<void> {
  stage.begin()
  await stage.model.settled()
}

describe('whatever Secrets Manager does between our steps, a rotation succeeds', () => {
  test.each(TARGET_KINDS)(
    '%s: retries, duplicates, overlaps and late calls as the seed draws them',
    async (kind) => {
      for (const seed of SEEDS) {
        const stage = stageWith(kind, seed)
        for (const round of [1, 2, 3]) {
          const before = JSON.stringify(stage.value('AWSCURRENT'))
          await rotate(stage)
          expect(rotations(stage), `seed ${seed}`).toEqual(
            Array.from({ length: round }, () => ['RotationStarted', 'RotationSucceeded']).flat(),
          )
          expect(JSON.stringify(stage.value('AWSCURRENT')), `seed ${seed}`).not.toBe(before)
        }
      }
    },
  )

  test('with reads that lag behind writes', async () => {
    for (const seed of SEEDS) {
      const stage = stageWith('single', seed)
      stage.model.delayVisibility({ reads: 2 })
      await rotate(stage)
      stage.model.delayVisibility(undefined)
      stage.model.catchUp()
      // A read that lags for too long fails its step, and the seed may grant no repeat. Once reads are up to date, the
      // same token goes on where it was.
      const token = Object.entries(stage.labels()).find(([, labels]) => labels.includes('AWSPENDING'))?.[0]
      if (token !== undefined) await stage.steps(token)
      const { password } = SimulatedSecret.parse(stage.value('AWSCURRENT'))
      expect(stage.target.live(), `seed ${seed}`).toEqual([`A:${password}`])
      expect(password, `seed ${seed}`).not.toBe('p0')
    }
  })

  test('the steps come in their order, and each answers well', async () => {
    const stage = new Stage()
    stage.model.registerFunction(FUNCTION_ARN, (event) =>
      stage.step(event.Step, event.ClientRequestToken, { event }),
    )
    await rotate(stage)
    expect(stage.reports.map(({ step, outcome }) => [step, outcome])).toEqual(
      STEPS.map((step) => [step, 'done']),
    )
  })
})
