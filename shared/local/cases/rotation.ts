import { randomUUID } from 'node:crypto'
import {
  type Case,
  deepEqual,
  equal,
  guide,
  ok,
  recorded,
  reference,
  refuses,
  reported,
  Subject,
} from './case.ts'

const ROTATE = reference('1.1', 'RotateSecret')
/** A function in the place of the secret, that nobody made. */
const absentFunction = (secretArn: string): string => {
  const [, partition, , region, account] = secretArn.split(':')
  return `arn:${partition}:lambda:${region}:${account}:function:quarterturn-no-such-function`
}

/** RotateSecret and CancelRotateSecret: what they do to labels, and when they refuse. */
export const ROTATION_CASES: readonly Case[] = [
  {
    name: 'the first RotateSecret needs a function',
    fact: recorded('1.1'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await refuses(
        secret.rotate(undefined),
        'InvalidRequestException',
        /^No Lambda rotation function ARN is associated with this secret\.$/,
      )
    },
  },
  {
    name: 'a function that may not be called is refused, and nothing is stored',
    fact: recorded('1.1'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await refuses(
        secret.rotate(absentFunction(secret.id), { RotationRules: { AutomaticallyAfterDays: 1 } }),
        'AccessDeniedException',
        /^Secrets Manager cannot invoke the specified Lambda function\. Ensure that the function policy grants access to the principal secretsmanager\.amazonaws\.com\.$/,
      )
      const seen = await secret.call('DescribeSecret', {})
      equal(seen.RotationEnabled, undefined)
      equal(seen.RotationLambdaARN, undefined)
      equal(seen.RotationRules, undefined)
    },
  },
  {
    name: 'RotateSecret makes its token the id of the new version, under AWSPENDING',
    fact: ROTATE,
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const ClientRequestToken = randomUUID()
      const answer = await secret.call('RotateSecret', {
        ClientRequestToken,
        ...(functionArn === undefined ? {} : { RotationLambdaARN: functionArn }),
      })
      equal(answer.VersionId, ClientRequestToken)
      deepEqual(await secret.labels(), {
        [secret.first]: ['AWSCURRENT'],
        [ClientRequestToken]: ['AWSPENDING'],
      })
      const seen = await secret.call('DescribeSecret', {})
      equal(seen.RotationEnabled, true)
      equal(seen.RotationLambdaARN, functionArn)
    },
  },
  {
    name: 'RotateSecret again with the same token succeeds and starts nothing',
    fact: ROTATE,
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const token = await secret.rotate(functionArn)
      equal((await secret.call('RotateSecret', { ClientRequestToken: token })).VersionId, token)
      equal(Object.keys(await secret.labels()).length, 2)
    },
  },
  {
    name: 'RotateSecret is refused while AWSPENDING is on another version than AWSCURRENT',
    fact: ROTATE,
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const token = await secret.rotate(functionArn)
      await refuses(
        secret.rotate(functionArn),
        'InvalidRequestException',
        /previous rotation isn't complete/i,
      )
      await refuses(secret.rotate(undefined), 'InvalidRequestException', /previous rotation isn't complete/i)
      equal(await secret.holderOf('AWSPENDING'), token)
    },
  },
  {
    name: 'after AWSPENDING was taken off, the next rotation starts, and the function need not be named again',
    fact: guide('1.6', 'troubleshoot_rotation'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const stuck = await secret.rotate(functionArn)
      await secret.move('AWSPENDING', undefined, stuck)
      const next = await secret.rotate(undefined)
      equal(await secret.holderOf('AWSPENDING'), next)
    },
  },
  {
    name: 'AWSPENDING on the version that is AWSCURRENT is no rotation in progress',
    fact: ROTATE,
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      await secret.move('AWSCURRENT', second, secret.first)
      const token = await secret.rotate(functionArn)
      equal(await secret.holderOf('AWSPENDING'), token)
      equal(await secret.holderOf('AWSCURRENT'), second)
    },
  },
  {
    name: 'RotateSecret does not ask whether the secret has a value',
    fact: reported('1.1', 'https://github.com/hashicorp/terraform-provider-aws/issues/10619'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client, { SecretString: undefined })
      const token = await secret.rotate(functionArn)
      deepEqual(await secret.labels(), { [token]: ['AWSPENDING'] })
    },
  },
  {
    name: 'the rotation puts its value under its own token and moves AWSCURRENT',
    fact: guide('1.5', 'rotate-secrets_lambda-functions'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const token = await secret.rotate(functionArn)
      const put = { ClientRequestToken: token, SecretString: 'two', VersionStages: ['AWSPENDING'] }
      equal((await secret.call('PutSecretValue', put)).VersionId, token)
      equal(await secret.value('AWSPENDING'), 'two')
      await secret.move('AWSCURRENT', token, secret.first)
      const labels = await secret.labels()
      deepEqual(labels[secret.first], ['AWSPREVIOUS'])
      // Whether AWSPENDING stays is not settled: both were seen.
      ok(['AWSCURRENT', 'AWSCURRENT,AWSPENDING'].includes(String(labels[token])), String(labels[token]))
      equal(await secret.value(), 'two')
    },
  },
  {
    name: 'another version written during a rotation abandons it and takes AWSPENDING off',
    fact: guide('1.6', 'cloudtrail_log_entries'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const token = await secret.rotate(functionArn)
      const second = await secret.put('two')
      deepEqual(await secret.labels(), { [secret.first]: ['AWSPREVIOUS'], [second]: ['AWSCURRENT'] })
      equal((await secret.labels())[token], undefined)
    },
  },
  {
    name: 'RotateImmediately=false makes an AWSPENDING version with a new id and the current value',
    fact: reported(
      '1.3',
      'https://github.com/getmoto/moto/blob/master/tests/test_secretsmanager/test_secretsmanager.py',
    ),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      await secret.rotate(functionArn, { RotateImmediately: false })
      const id = await secret.holderOf('AWSPENDING')
      ok(id !== undefined && id !== secret.first)
      equal(
        (await secret.call('GetSecretValue', { VersionId: id, VersionStage: 'AWSPENDING' })).SecretString,
        'one',
      )
      equal(await secret.holderOf('AWSCURRENT'), secret.first)
    },
  },
  {
    name: 'CancelRotateSecret switches rotation off, leaves the labels and names the half-made version',
    fact: reference('1.6', 'CancelRotateSecret'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const token = await secret.rotate(functionArn)
      equal((await secret.call('CancelRotateSecret', {})).VersionId, token)
      equal(await secret.holderOf('AWSPENDING'), token)
      equal((await secret.call('DescribeSecret', {})).RotationEnabled, false)
    },
  },
]
