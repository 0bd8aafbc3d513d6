import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { StagedTarget, stagedProvider } from '../../test/simulation/staged-target.ts'
import { CALM, createClock } from '../local/index.ts'

const HOUR_MS = 3_600_000

function setUp(tags: Readonly<Record<string, string>> = {}) {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new StagedTarget()
  const stage = new Stage({ provider: stagedProvider(target), model: { clock, unpublished: CALM }, tags })
  return { clock, target, stage }
}
type World = ReturnType<typeof setUp>

/** One whole rotation, hours later. */
async function rotate({ stage, clock }: World): Promise<string> {
  clock.advance(2 * HOUR_MS)
  const token = stage.begin()
  await stage.steps(token)
  return token
}

/** A rotation is given up: AWSPENDING is taken off. */
function abandon({ stage, clock }: World, token: string): void {
  stage.model.endRotation(stage.secretArn, 'Failed')
  if (stage.labels()[token]?.includes('AWSPENDING'))
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token,
    })
  clock.advance(HOUR_MS)
}

const idOf = ({ stage }: World, label: string): unknown =>
  (stage.value(label) as { readonly secretId?: string }).secretId

/** AWSCURRENT signs in, and is the primary one. */
const expectInOrder = (world: World, id: string): void => {
  expect(world.target.primary.id).toBe(id)
  expect(idOf(world, 'AWSCURRENT')).toBe(id)
}

describe('a rotation of a staged credential', () => {
  test('stages, proves, promotes, and leaves the old one in the slot', async () => {
    const world = setUp()
    const token = world.stage.begin()
    await world.stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    expect(world.target.ids()).toEqual(['by-hand', 'secret-1'])
    expect(world.target.calls).toEqual(['list', 'mint'])
    await world.stage.steps(token, ['finishSecret'])
    expect(world.target.ids()).toEqual(['secret-1', 'by-hand'])
    expect(world.target.calls.slice(2, 5)).toEqual(['list', 'promote secret-1', 'list'])
    expect(world.stage.value('AWSCURRENT')).toMatchObject({ note: 'kept', secretId: 'secret-1' })
    expect(world.stage.evidence.at(-1)).toMatchObject({ strategy: 'staged', class: 'A', orphans: [] })
  })

  test('makes no more calls to Secrets Manager than are counted here', async () => {
    const world = setUp()
    await rotate(world)
    world.stage.reports.length = 0
    await rotate(world)
    expect(world.stage.reports.map(({ step, awsCalls }) => [step, awsCalls])).toEqual([
      ['createSecret', 6],
      ['setSecret', 3],
      ['testSecret', 1],
      ['finishSecret', 5],
    ])
  })

  test('three in a row: each frees the slot of the one before the last', async () => {
    const world = setUp()
    for (const round of [1, 2, 3]) {
      await rotate(world)
      expectInOrder(world, `secret-${round}`)
    }
    expect(world.target.ids()).toEqual(['secret-3', 'secret-2'])
  })

  test('is refused where it would cut the overlap of the one in the slot', async () => {
    const world = setUp({ 'quarterturn:overlap-cut': 'refuse' })
    await rotate(world)
    const { stage, target } = world
    expect((await failure(stage.step('createSecret', stage.begin()))).code).toBe('OVERLAP_CUT')
    expect(target.ids()).toEqual(['secret-1', 'by-hand'])
  })

  test('each step again changes nothing', async () => {
    const world = setUp()
    const token = world.stage.begin()
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)
      await world.stage.steps(token, [step, step])
    expectInOrder(world, 'secret-1')
    expect(world.target.calls.filter((call) => /^(mint|promote)/.test(call))).toEqual([
      'mint',
      'promote secret-1',
    ])
  })
})

describe('a reply that is lost', () => {
  test('what was staged is found and used', async () => {
    const world = setUp()
    const { stage, target } = world
    target.loses = 'mint'
    const token = stage.begin()
    await failure(stage.step('createSecret', token))
    await stage.steps(token)
    expectInOrder(world, 'secret-1')
  })

  test('... by the next rotation as well', async () => {
    const world = setUp()
    world.target.loses = 'mint'
    const token = world.stage.begin()
    await failure(world.stage.step('createSecret', token))
    abandon(world, token)
    await rotate(world)
    expectInOrder(world, 'secret-1')
    expect(world.target.calls.filter((call) => call === 'mint')).toHaveLength(1)
  })

  test('what was promoted is found, and AWSCURRENT moves', async () => {
    const world = setUp()
    world.target.loses = 'promote'
    const token = world.stage.begin()
    await world.stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    expect((await failure(world.stage.step('finishSecret', token))).code).toBe('TARGET_UNREACHABLE')
    expect(idOf(world, 'AWSCURRENT')).toBeUndefined()
    await world.stage.steps(token, ['finishSecret'])
    expectInOrder(world, 'secret-1')
  })

  test('a rotation that was given up between promotion and label is finished by the next', async () => {
    const world = setUp()
    world.target.loses = 'promote'
    const token = world.stage.begin()
    await world.stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    await failure(world.stage.step('finishSecret', token))
    abandon(world, token)
    await rotate(world)
    expectInOrder(world, 'secret-1')
    await rotate(world)
    expectInOrder(world, 'secret-2')
  })

  test('a slot that was freed is found free', async () => {
    const world = setUp()
    await rotate(world)
    world.clock.advance(2 * HOUR_MS)
    world.target.loses = 'revoke'
    const token = world.stage.begin()
    await failure(world.stage.step('createSecret', token))
    await world.stage.steps(token)
    expectInOrder(world, 'secret-2')
  })
})

describe('what somebody else does at the target', () => {
  test.each(['other', undefined] as const)('a staged credential of %s is not touched', async (author) => {
    const world = setUp()
    const theirs = world.target.stage(author)
    const token = world.stage.begin()
    const error = await failure(world.stage.step('createSecret', token))
    expect(error).toMatchObject({ code: 'SLOT_TAKEN', retryable: true })
    expect(world.target.slot).toBe(theirs)
    // By hand: it is deleted, or promoted, and the same rotation goes on.
    world.target.slot = undefined
    await world.stage.steps(token)
    expectInOrder(world, 'secret-2')
  })

  test('... and once it was promoted there it is taken over', async () => {
    const world = setUp()
    world.target.stage('other')
    const token = world.stage.begin()
    expect((await failure(world.stage.step('createSecret', token))).code).toBe('SLOT_TAKEN')
    world.target.promote()
    await world.stage.steps(token)
    expectInOrder(world, 'secret-1')
  })

  test('one that is promoted while ours waits is taken over by the next rotation', async () => {
    const world = setUp()
    const token = world.stage.begin()
    await world.stage.steps(token, ['createSecret'])
    world.target.stage('other')
    world.target.promote()
    // What was ours has gone from the slot.
    expect((await failure(world.stage.step('setSecret', token))).code).toBe('MINT_REFUSED')
    world.stage.model.endRotation(world.stage.secretArn, 'Failed')
    await rotate(world)
    expectInOrder(world, 'secret-2')
  })

  test('a primary one that nobody knows beside a slot without AWSCURRENT stops the rotation', async () => {
    const world = setUp()
    const { stage, target } = world
    target.primary = { id: 'of another client', password: 'p0' }
    const token = stage.begin()
    expect((await failure(stage.step('createSecret', token))).code).toBe('PRIMARY_ELSEWHERE')
    expect(target.calls).toEqual(['list'])
    // By hand: the ids in the secret, or the client at the target, are put right.
    target.primary = { id: 'by-hand', password: 'p0' }
    await stage.steps(token)
    expectInOrder(world, 'secret-1')
  })
})

describe('labels that were moved by hand', () => {
  /** AWSCURRENT goes back to the version before. */
  function rollBack({ stage }: World): void {
    const [[now = ''] = [], [before = ''] = []] = ['AWSCURRENT', 'AWSPREVIOUS']
      .map((label) => Object.entries(stage.labels()).find(([, stages]) => stages.includes(label)))
      .map((entry) => [entry?.[0]])
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: before,
      RemoveFromVersionId: now,
    })
  }

  test('after a rollback the old one becomes the primary one again, and another is staged', async () => {
    const world = setUp()
    await rotate(world)
    rollBack(world)
    await rotate(world)
    expectInOrder(world, 'secret-2')
    expect(world.target.ids()).toEqual(['secret-2', 'by-hand'])
  })

  test('... and where the target does not do that, an operator is told', async () => {
    const world = setUp()
    await rotate(world)
    rollBack(world)
    world.target.promotesAgain = false
    world.clock.advance(2 * HOUR_MS)
    const token = world.stage.begin()
    expect((await failure(world.stage.step('createSecret', token))).code).toBe('PRIMARY_ELSEWHERE')
    // By hand: AWSCURRENT is the primary one after all.
    abandon(world, token)
    rollBack(world)
    await rotate(world)
    expectInOrder(world, 'secret-2')
  })

  test('a label of the customer keeps what is in the slot', async () => {
    const world = setUp()
    const first = await rotate(world)
    await rotate(world)
    world.stage.model.call('UpdateSecretVersionStage', {
      SecretId: world.stage.secretArn,
      VersionStage: 'audit',
      MoveToVersionId: first,
    })
    world.clock.advance(2 * HOUR_MS)
    const token = world.stage.begin()
    expect((await failure(world.stage.step('createSecret', token))).code).toBe('SLOT_KEPT')
    expect(world.target.ids()).toEqual(['secret-2', 'secret-1'])
    // By hand: the label is taken off.
    world.stage.model.call('UpdateSecretVersionStage', {
      SecretId: world.stage.secretArn,
      VersionStage: 'audit',
      RemoveFromVersionId: first,
    })
    await world.stage.steps(token)
    expectInOrder(world, 'secret-3')
  })
})

describe('a late invocation', () => {
  test('does not promote what another rotation has replaced', async () => {
    const world = setUp()
    const { stage, target } = world
    const token = stage.begin()
    await stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    abandon(world, token)
    expect((await failure(stage.step('finishSecret', token))).code).toBe('TOKEN_NOT_PENDING')
    expect(target.calls.filter((call) => call.startsWith('promote'))).toEqual([])
  })

  test('what is flawed is not stored', async () => {
    const world = setUp()
    world.target.issues = 'issued\r\nHost: elsewhere'
    expect((await failure(world.stage.step('createSecret', world.stage.begin()))).code).toBe('MINT_UNUSABLE')
    expect(world.target.ids()).toEqual(['by-hand'])
  })
})
