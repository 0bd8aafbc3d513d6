import { describe, expect, test } from 'vitest'
import { CALM, createLocalAws, type RotationFunctionEvent, type Unpublished } from '../index.ts'
import type { ServiceCaller } from '../secrets/service.ts'

const OWN = '444455556666'
const HUB = '111122223333'
const arnIn = (account: string) => `arn:aws:lambda:eu-west-1:${account}:function:rotate`
const roleIn = (account: string) => `arn:aws:iam::${account}:role/rotate`
const VERSION = 'version'.padEnd(32, '0')

type Token = (event: RotationFunctionEvent, earlier: string) => string | undefined

const OF_THE_EVENT: Token = ({ RotationToken }) => RotationToken
const NONE: Token = () => undefined

/** A rotation of a secret in OWN by a function of `account`, whose code calls as `role`. Answers how it failed. */
async function rotate(
  account: string,
  role: string,
  token: Token,
  unpublished: Unpublished = CALM,
): Promise<string | undefined> {
  const aws = createLocalAws({ unpublished })
  const model = aws.account(OWN).secretsManager()
  const caller: ServiceCaller = { roleArn: role, authorize: () => {} }
  let earlier = ''
  const run = async (event: RotationFunctionEvent) => {
    const { SecretId, ClientRequestToken, Step } = event
    // The first sequence gets a token, and fails before it uses it.
    if (earlier === '' && unpublished.retries === 1) {
      earlier = event.RotationToken
      throw new Error('the first sequence fails')
    }
    const RotationToken = token(event, earlier)
    if (Step === 'createSecret')
      model.handle(
        'PutSecretValue',
        {
          SecretId,
          ClientRequestToken,
          SecretString: 'two',
          VersionStages: ['AWSPENDING'],
          ...(RotationToken === undefined ? {} : { RotationToken }),
        },
        caller,
      )
    if (Step === 'finishSecret')
      model.handle(
        'UpdateSecretVersionStage',
        {
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ClientRequestToken,
          RemoveFromVersionId: 'first'.padEnd(32, '0'),
        },
        caller,
      )
  }
  aws.registerFunction(arnIn(account), run, { role: roleIn(account), invokableFrom: [OWN] })
  model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: 'first'.padEnd(32, '0') })
  model.call('RotateSecret', {
    SecretId: 'db',
    RotationLambdaARN: arnIn(account),
    ClientRequestToken: VERSION,
  })
  await aws.settled()
  return model.events
    .flatMap(({ detail }) => ('eventName' in detail ? [detail] : []))
    .find(({ eventName }) => eventName === 'RotationFailed')?.errorMessage
}

describe('a function in the account of the secret', () => {
  test('needs no token when it runs as its own role', async () => {
    expect(await rotate(OWN, roleIn(OWN), NONE)).toBeUndefined()
  })

  test('needs the token when it works through another role', async () => {
    const other = `${roleIn(OWN)}-other`
    expect(await rotate(OWN, other, OF_THE_EVENT)).toBeUndefined()
    expect(await rotate(OWN, other, NONE)).toMatch(
      /^Pending secret version version0+ for Secret arn:\S+ was not created by Lambda arn:\S+\. Remove the AWSPENDING staging label and restart rotation$/,
    )
  })
})

describe('a function in another account', () => {
  test('needs the token, even as its own role', async () => {
    expect(await rotate(HUB, roleIn(HUB), OF_THE_EVENT)).toBeUndefined()
    expect(await rotate(HUB, roleIn(HUB), NONE)).toMatch(/was not created by Lambda/)
  })

  test.each<['per rotation' | 'per call']>([['per rotation'], ['per call']])(
    'cannot use a token of an earlier sequence (%s)',
    async (rotationToken) => {
      const unpublished: Unpublished = { ...CALM, retries: 1, rotationToken }
      const stale: Token = (_event, earlier) => earlier
      expect(await rotate(HUB, roleIn(OWN), OF_THE_EVENT, unpublished)).toBeUndefined()
      expect(await rotate(HUB, roleIn(OWN), stale, unpublished)).toMatch(/was not created by Lambda/)
    },
  )
})

test('a value written by hand under another id needs no token', async () => {
  const aws = createLocalAws()
  const model = aws.account(OWN).secretsManager()
  model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: VERSION })
  const caller: ServiceCaller = { roleArn: roleIn(OWN), authorize: () => {} }
  model.handle(
    'PutSecretValue',
    { SecretId: 'db', SecretString: 'two', ClientRequestToken: 'x'.repeat(32) },
    caller,
  )
  expect(model.call('GetSecretValue', { SecretId: 'db' }).SecretString).toBe('two')
})
