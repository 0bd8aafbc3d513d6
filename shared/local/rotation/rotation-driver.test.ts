import { beforeEach, describe, expect, test } from 'vitest'
import {
  CALM,
  createClock,
  createLocalSecretsManager,
  type LocalSecretsManager,
  type RotationFunctionEvent,
  type Unpublished,
} from '../index.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

/** A model with the secret `db`, and a function that rotates it by the book. `fails` may throw first. */
function setUp(unpublished: Unpublished, fails: (step: string, call: number) => void = () => {}, seed = 1) {
  const model = createLocalSecretsManager({ clock: createClock(Date.UTC(2026, 0, 1)), seed, unpublished })
  const events: RotationFunctionEvent[] = []
  model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token(0) })
  model.registerFunction(FUNCTION, async (event) => {
    events.push(event)
    await Promise.resolve()
    fails(event.Step, events.length)
    rotateByTheBook(model, event)
  })
  return { model, events, steps: () => events.map(({ Step }) => Step) }
}

function rotateByTheBook(model: LocalSecretsManager, event: RotationFunctionEvent): void {
  const { SecretId, ClientRequestToken, RotationToken, Step } = event
  const labels = Object.entries(model.call('DescribeSecret', { SecretId }).VersionIdsToStages ?? {})
  const current = labels.find(([, stages]) => stages.includes('AWSCURRENT'))?.[0]
  if (current === ClientRequestToken) return
  if (Step === 'createSecret')
    model.call('PutSecretValue', {
      SecretId,
      ClientRequestToken,
      RotationToken,
      SecretString: 'two',
      VersionStages: ['AWSPENDING'],
    })
  if (Step === 'finishSecret')
    model.call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: ClientRequestToken,
      RemoveFromVersionId: current,
    })
}

const rotate = (model: LocalSecretsManager, n = 1, more: { RotateImmediately?: boolean } = {}) =>
  model.call('RotateSecret', {
    SecretId: 'db',
    ClientRequestToken: token(n),
    RotationLambdaARN: FUNCTION,
    ...more,
  })

const stagesOf = (model: LocalSecretsManager) =>
  model.call('DescribeSecret', { SecretId: 'db' }).VersionIdsToStages
const eventNames = (model: LocalSecretsManager) =>
  model.events.flatMap(({ detail }) => ('eventName' in detail ? detail.eventName : []))

describe('a rotation', () => {
  test('calls the four steps with the real event', async () => {
    const { model, events, steps } = setUp(CALM)
    rotate(model)
    expect(events).toEqual([])
    await model.settled('db')
    expect(steps()).toEqual(STEPS)
    const { ARN, LastRotatedDate } = model.call('DescribeSecret', { SecretId: 'db' })
    for (const event of events) {
      expect(event).toMatchObject({ SecretId: ARN, ClientRequestToken: token(1) })
      expect(event.RotationToken).toMatch(/^[a-zA-Z0-9-]{36,256}$/)
    }
    expect(stagesOf(model)).toEqual({ [token(0)]: ['AWSPREVIOUS'], [token(1)]: ['AWSCURRENT'] })
    expect(LastRotatedDate).toEqual(new Date(model.clock.now()))
    expect(eventNames(model)).toEqual(['RotationStarted', 'RotationSucceeded'])
  })

  test('is tried again from createSecret on, as often as told, and then fails with AWSPENDING left', async () => {
    const { model, steps } = setUp({ ...CALM, retries: 2, retrySpacingMs: 60_000 }, (step) => {
      if (step === 'setSecret') throw new Error('the target is down')
    })
    const before = model.clock.now()
    rotate(model)
    await model.settled()
    expect(steps()).toEqual(Array.from({ length: 3 }, () => ['createSecret', 'setSecret']).flat())
    expect(model.clock.now() - before).toBe(120_000)
    expect(stagesOf(model)).toEqual({ [token(0)]: ['AWSCURRENT'], [token(1)]: ['AWSPENDING'] })
    expect(eventNames(model)).toEqual(['RotationStarted', 'RotationFailed'])
    expect(model.events.at(-1)?.detail).toMatchObject({
      errorMessage: `Error when executing lambda ${FUNCTION} during setSecret step`,
    })
    expect(() => rotate(model, 2)).toThrow("A previous rotation isn't complete.")
  })

  test('converges when a later try passes', async () => {
    const { model } = setUp({ ...CALM, retries: 3 }, (step, call) => {
      if (step === 'finishSecret' && call < 8) throw new Error('not yet')
    })
    rotate(model)
    await model.settled('db')
    expect(stagesOf(model)?.[token(1)]).toEqual(['AWSCURRENT'])
    expect(eventNames(model).at(-1)).toBe('RotationSucceeded')
  })

  test('fails when the function passes every step without moving AWSCURRENT', async () => {
    const { model } = setUp(CALM)
    model.registerFunction(FUNCTION, async () => undefined)
    rotate(model)
    await model.settled('db')
    expect(eventNames(model).at(-1)).toBe('RotationFailed')
  })

  test('runs again when RotateSecret is refused, where the seed says so', async () => {
    let isDown = true
    const { model, steps } = setUp({ ...CALM, reattemptsWhenRefused: true }, () => {
      if (isDown) throw new Error('down')
    })
    rotate(model)
    await model.settled('db')
    isDown = false
    expect(() => rotate(model, 2)).toThrow('That rotation will be reattempted.')
    await model.settled('db')
    expect(steps()).toEqual(['createSecret', ...STEPS])
    expect(stagesOf(model)?.[token(1)]).toEqual(['AWSCURRENT'])
  })
})

describe('what AWS does not publish can be fixed:', () => {
  test.each([
    ['kept', ['AWSCURRENT', 'AWSPENDING']],
    ['dropped', ['AWSCURRENT']],
  ] as const)('AWSPENDING is %s with the move', async (pendingAfterMove, labels) => {
    const { model } = setUp({ ...CALM, pendingAfterMove })
    rotate(model)
    await model.settled('db')
    expect(stagesOf(model)?.[token(1)]).toEqual(labels)
  })

  test.each(['twice in turn', 'twice at once', 'overlapping'] as const)(
    'steps come %s',
    async (deliveries) => {
      const { model, steps } = setUp({ ...CALM, deliveries })
      rotate(model)
      await model.settled('db')
      expect(steps().toSorted()).toEqual([...STEPS, ...STEPS].toSorted())
      expect(stagesOf(model)?.[token(1)]).toEqual(['AWSCURRENT'])
    },
  )

  test('finishSecret comes once more after the move', async () => {
    const { model, steps } = setUp({ ...CALM, callsAfterMove: true })
    rotate(model)
    await model.settled('db')
    expect(steps()).toEqual([...STEPS, 'finishSecret'])
  })

  test.each([
    ['per rotation', 1],
    ['per call', 4],
  ] as const)('RotationToken is %s', async (rotationToken, count) => {
    const { model, events } = setUp({ ...CALM, rotationToken })
    rotate(model)
    await model.settled('db')
    expect(new Set(events.map((event) => event.RotationToken)).size).toBe(count)
  })

  test('and is otherwise drawn from the seed: the same for the same one, and everything comes up', async () => {
    const runOf = async (seed: number) => {
      const { model, steps } = setUp(
        {},
        (step, call) => {
          if (step === 'setSecret' && call < 4) throw new Error('not yet')
        },
        seed,
      )
      rotate(model)
      await model.settled('db')
      return JSON.stringify([steps(), stagesOf(model), model.events, model.clock.now()])
    }
    const runs = await Promise.all(Array.from({ length: 60 }, (_, seed) => runOf(seed)))
    expect(await runOf(7)).toBe(runs[7])
    expect(new Set(runs).size).toBe(60)
    expect(runs.some((run) => run.includes('"AWSCURRENT","AWSPENDING"'))).toBe(true)
    expect(runs.some((run) => run.includes('["AWSCURRENT"]'))).toBe(true)
    expect(runs.some((run) => run.includes('RotationFailed'))).toBe(true)
  })
})

describe('a test rotation (RotateImmediately=false)', () => {
  test('runs testSecret alone on a copy of the current value, which is gone afterwards', async () => {
    const { model, events } = setUp(CALM)
    const seen: unknown[] = []
    model.registerFunction(FUNCTION, async (event) => {
      const VersionId = event.ClientRequestToken
      events.push(event)
      seen.push(
        model.call('GetSecretValue', { SecretId: 'db', VersionId, VersionStage: 'AWSPENDING' }).SecretString,
      )
    })
    rotate(model, 1, { RotateImmediately: false })
    await model.settled('db')
    expect(events.map(({ Step }) => Step)).toEqual(['testSecret'])
    expect(seen).toEqual(['one'])
    expect(stagesOf(model)).toEqual({ [token(0)]: ['AWSCURRENT'] })
    expect(
      model.call('ListSecretVersionIds', { SecretId: 'db', IncludeDeprecated: true }).Versions,
    ).toHaveLength(1)
    expect(eventNames(model)).toEqual(['TestRotationStarted', 'TestRotationSucceeded'])
    expect(model.call('DescribeSecret', { SecretId: 'db' }).LastRotatedDate).toBeUndefined()
  })

  test('fails with its own event, and leaves nothing either', async () => {
    const { model } = setUp(CALM, () => {
      throw new Error('no')
    })
    rotate(model, 1, { RotateImmediately: false })
    await model.settled('db')
    expect(stagesOf(model)).toEqual({ [token(0)]: ['AWSCURRENT'] })
    expect(eventNames(model)).toEqual(['TestRotationStarted', 'TestRotationFailed'])
  })

  test.each([true, false])(
    'shows RotationEnabled during the first one: %s',
    async (enabledDuringFirstTest) => {
      const { model } = setUp({ ...CALM, enabledDuringFirstTest })
      const enabled = () => model.call('DescribeSecret', { SecretId: 'db' }).RotationEnabled
      rotate(model, 1, { RotateImmediately: false })
      expect(enabled()).toBe(enabledDuringFirstTest ? true : undefined)
      await model.settled('db')
      expect(enabled()).toBe(true)
    },
  )
})

describe('a rotation under way', () => {
  let release = () => {}
  let held = Promise.resolve()
  beforeEach(() => {
    held = new Promise((resolve) => {
      release = resolve
    })
  })

  function setUpHeld() {
    const rotation = setUp(CALM)
    rotation.model.registerFunction(FUNCTION, async (event) => {
      rotation.events.push(event)
      if (event.Step === 'setSecret') await held
      rotateByTheBook(rotation.model, event)
    })
    return rotation
  }

  const untilSet = async (steps: () => string[]) => {
    while (!steps().includes('setSecret')) await Promise.resolve()
  }

  test('is abandoned by another version, and no further step is called', async () => {
    const { model, steps } = setUpHeld()
    rotate(model)
    await untilSet(steps)
    model.call('PutSecretValue', { SecretId: 'db', SecretString: 'by hand', ClientRequestToken: token(9) })
    expect(stagesOf(model)).toEqual({ [token(0)]: ['AWSPREVIOUS'], [token(9)]: ['AWSCURRENT'] })
    release()
    await model.settled('db')
    expect(steps()).toEqual(['createSecret', 'setSecret'])
    expect(eventNames(model)).toEqual(['RotationStarted', 'RotationAbandoned'])
  })

  test('is stopped by CancelRotateSecret, which leaves the labels', async () => {
    const { model, steps } = setUpHeld()
    rotate(model)
    await untilSet(steps)
    expect(model.call('CancelRotateSecret', { SecretId: 'db' }).VersionId).toBe(token(1))
    release()
    await model.settled('db')
    expect(steps()).toEqual(['createSecret', 'setSecret'])
    expect(stagesOf(model)?.[token(1)]).toEqual(['AWSPENDING'])
  })

  test('gives way to the next one after the unstick, while its step still runs', async () => {
    const { model, steps } = setUpHeld()
    rotate(model)
    await untilSet(steps)
    model.call('UpdateSecretVersionStage', {
      SecretId: 'db',
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token(1),
    })
    rotate(model, 2)
    release()
    await model.settled('db')
    expect(steps().filter((step) => step === 'finishSecret')).toHaveLength(1)
    expect(stagesOf(model)?.[token(2)]).toEqual(['AWSCURRENT'])
  })
})
