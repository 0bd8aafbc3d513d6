import { afterEach, describe, expect, test } from 'vitest'
import { CALM, type Unpublished } from '../../shared/local/index.ts'
import { FUNCTION_ARN, HubStage } from './hub.ts'

let stage: HubStage | undefined
afterEach(async () => {
  await stage?.close()
  stage = undefined
})

async function open(options: { seed?: number; unpublished?: Unpublished } = { unpublished: CALM }) {
  stage = await HubStage.open(options)
  return stage
}

describe('a function in a hub account', () => {
  test.each([1, 2, 3, 4])(
    'rotates a secret of a workload account through an assumed role, whatever AWS leaves open (seed %i)',
    async (seed) => {
      const hub = await open({ seed })
      expect(await hub.rotate('first')).toBeUndefined()
      expect(await hub.rotate('second')).toBeUndefined()
      expect(hub.target.live()).toEqual([`A:${await hub.password()}`])
      const pending = Object.entries(hub.labels()).filter(([, labels]) => labels.includes('AWSPENDING'))
      expect(pending.every(([, labels]) => labels.includes('AWSCURRENT'))).toBe(true)
      expect(hub.tokens.length).toBeGreaterThan(0)
      for (const token of hub.tokens) expect(token).toMatch(/^[a-zA-Z0-9-]{36,256}$/)
    },
  )

  test('has a session for that one secret only, though the role reaches further', async () => {
    const hub = await open()
    const other = hub.createSecret('other')
    hub.model.registerFunction(FUNCTION_ARN, 'manual')
    for (const SecretId of [hub.secretArn, other])
      hub.model.call('RotateSecret', {
        SecretId,
        RotationLambdaARN: FUNCTION_ARN,
        ClientRequestToken: 'manual'.padEnd(32, '0'),
      })
    const session = hub.session()
    const value = await session.getSecretValue({ SecretId: hub.secretArn })
    expect(value.SecretString).toContain('p0')
    await session.updateSecretVersionStage({
      SecretId: hub.secretArn,
      VersionStage: 'OURS',
      MoveToVersionId: value.VersionId ?? '',
    })
    const ofOther = { SecretId: other, VersionStage: 'OURS', MoveToVersionId: 'x'.repeat(32) }
    await expect(session.updateSecretVersionStage(ofOther)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /assumed-role\/quarterturn-target\/rotation-of-app0+\.app-\w{6} is not authorized .* no session policy/,
      ),
    })
  })

  test('changes nothing with a wrong external id', async () => {
    const hub = await open()
    hub.reach.externalId = 'of-another-customer'
    expect(await hub.rotate('wrong')).toBe(
      `Error when executing lambda ${FUNCTION_ARN} during createSecret step`,
    )
    expect(hub.awsErrors).toEqual([
      'AccessDenied: User: arn:aws:sts::111122223333:assumed-role/rotate/rotate is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/quarterturn-target',
    ])
    expect(hub.target.live()).toEqual(['A:p0'])
    expect(await hub.password()).toBe('p0')
  })

  test.each<[string, (given: string | undefined) => string | undefined]>([
    ['without the rotation token', () => undefined],
    ['with a token of another rotation', () => 'stale-token-00000000-0000-0000-0000-0000'],
  ])('that puts a value %s fails the rotation, before the target is touched', async (_how, rotationToken) => {
    const hub = await open()
    hub.reach.rotationToken = rotationToken
    const versionId = 'stranger'.padEnd(32, '0')
    expect(await hub.rotate('stranger')).toBe(
      `Pending secret version ${versionId} for Secret ${hub.secretArn} was not created by Lambda ${FUNCTION_ARN}. Remove the AWSPENDING staging label and restart rotation`,
    )
    expect(hub.target.live()).toEqual(['A:p0'])
    expect(hub.labels()[versionId]).toEqual(['AWSPENDING'])
  })

  test('rotates again once AWSPENDING was removed, as that message says', async () => {
    const hub = await open()
    hub.reach.rotationToken = () => undefined
    await hub.rotate('stranger')
    delete hub.reach.rotationToken
    hub.model.call('UpdateSecretVersionStage', {
      SecretId: hub.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: 'stranger'.padEnd(32, '0'),
    })
    expect(await hub.rotate('next')).toBeUndefined()
    expect(hub.target.live()).toEqual([`A:${await hub.password()}`])
  })

  test('fails when its session expires between the steps, and a new session finishes', async () => {
    const hub = await open({ unpublished: { ...CALM, retries: 1 } })
    hub.reach.keepsSession = true
    let isFirst = true
    hub.beforeStep = ({ Step }) => {
      if (Step === 'testSecret' && isFirst) hub.aws.clock.advance(901_000)
      if (Step === 'createSecret' && hub.reports.some(({ outcome }) => outcome === 'failed')) {
        isFirst = false
        hub.reach.keepsSession = false
      }
    }
    expect(await hub.rotate('expires')).toBeUndefined()
    const failed = hub.reports.filter(({ outcome }) => outcome === 'failed')
    expect(failed.map(({ step }) => step)).toEqual(['testSecret'])
    // What follows is the engine's own: createSecret finds its value stored already.
    expect(hub.awsErrors[0]).toBe(
      'ExpiredTokenException: The security token included in the request is expired',
    )
    expect(hub.target.live()).toEqual([`A:${await hub.password()}`])
  })
})
