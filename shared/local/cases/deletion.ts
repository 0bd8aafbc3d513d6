import { randomUUID } from 'node:crypto'
import {
  type Answer,
  type Case,
  equal,
  eventually,
  freshName,
  ok,
  recorded,
  reference,
  refuses,
  Subject,
} from './case.ts'

const DELETE = reference('1.7', 'DeleteSecret')
const MARKED = /^You can't perform this operation on the secret because it was marked for deletion\.$/
const DAY_MS = 86_400_000

/** Whether the window ends so many days from now, give or take a minute. */
function endsIn(days: number, { DeletionDate }: Answer): void {
  const leftMs = (DeletionDate?.getTime() ?? 0) - Date.now()
  ok(Math.abs(leftMs - days * DAY_MS) < 60_000, `the window ends in ${leftMs / DAY_MS} days`)
}

/** DeleteSecret and RestoreSecret. */
export const DELETION_CASES: readonly Case[] = [
  {
    name: 'a deleted secret can be restored for 30 days, or for 7 to 30 as asked',
    fact: DELETE,
    run: async ({ client }) => {
      const deleted = async (input: object): Promise<Answer> =>
        await (await Subject.create(client)).call('DeleteSecret', input)
      endsIn(30, await deleted({}))
      endsIn(7, await deleted({ RecoveryWindowInDays: 7 }))
      endsIn(30, await deleted({ RecoveryWindowInDays: 30 }))
    },
  },
  {
    name: 'a window under 7 or over 30 days is refused',
    fact: DELETE,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      for (const RecoveryWindowInDays of [6, 31])
        await refuses(
          secret.call('DeleteSecret', { RecoveryWindowInDays }),
          'InvalidParameterException',
          /must be between 7 and 30 days \(inclusive\)/,
        )
      equal((await secret.call('DescribeSecret', {})).DeletedDate, undefined)
    },
  },
  {
    name: 'a window and a deletion without recovery are refused together',
    fact: DELETE,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await refuses(
        secret.call('DeleteSecret', { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }),
        'InvalidParameterException',
      )
      equal(await secret.value(), 'one')
    },
  },
  {
    name: 'a deleted secret is described, with a date and its labels',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.call('DeleteSecret', {})
      equal((await secret.call('DescribeSecret', {})).DeletedDate instanceof Date, true)
      equal(await secret.holderOf('AWSCURRENT'), secret.first)
    },
  },
  {
    name: 'a deleted secret is neither read nor written',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.call('DeleteSecret', {})
      const token = randomUUID()
      const calls = [
        () => secret.call('GetSecretValue', {}),
        () => secret.call('PutSecretValue', { SecretString: 'two', ClientRequestToken: token }),
        () => secret.call('UpdateSecret', { Description: 'x', ClientRequestToken: token }),
        () => secret.call('RotateSecret', { ClientRequestToken: token }),
        () => secret.call('GetResourcePolicy', {}),
      ]
      for (const call of calls) await refuses(call(), 'InvalidRequestException')
      await refuses(
        secret.call('TagResource', { Tags: [{ Key: 'a', Value: '' }] }),
        'InvalidRequestException',
        MARKED,
      )
      await refuses(secret.call('UntagResource', { TagKeys: ['a'] }), 'InvalidRequestException', MARKED)
    },
  },
  {
    name: 'the name of a deleted secret is taken',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const Name = freshName()
      await (await Subject.create(client, { Name })).call('DeleteSecret', {})
      await refuses(
        client.call('CreateSecret', { Name, SecretString: 'two', ClientRequestToken: randomUUID() }),
        'InvalidRequestException',
        /^You can't create this secret because a secret with this name is already scheduled for deletion\.$/,
      )
    },
  },
  {
    name: 'a secret that is deleted is not deleted again, but by force it is',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.call('DeleteSecret', {})
      await refuses(secret.call('DeleteSecret', {}), 'InvalidRequestException')
      await secret.call('DeleteSecret', { ForceDeleteWithoutRecovery: true })
      await eventually(() => refuses(secret.call('DescribeSecret', {}), 'ResourceNotFoundException'))
    },
  },
  {
    name: 'after a deletion without recovery the name is free before long',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const Name = freshName()
      const before = await Subject.create(client, { Name })
      endsIn(0, await before.call('DeleteSecret', { ForceDeleteWithoutRecovery: true }))
      await eventually(async () => {
        await client.call('CreateSecret', { Name, SecretString: 'two', ClientRequestToken: randomUUID() })
      })
      const { ARN, SecretString } = await client.call('GetSecretValue', { SecretId: Name })
      equal(SecretString, 'two')
      ok(ARN !== before.id, 'the new secret has the ARN of the old one')
    },
  },
  {
    name: 'a deletion without recovery of a secret that is not there succeeds',
    fact: DELETE,
    run: async ({ client }) => {
      const SecretId = freshName()
      await client.call('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true })
      await refuses(client.call('DeleteSecret', { SecretId }), 'ResourceNotFoundException')
    },
  },
  {
    name: 'a restored secret is as it was',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client, { Tags: [{ Key: 'a', Value: '1' }] })
      const second = await secret.put('two', 'AWSPENDING')
      await secret.call('DeleteSecret', {})
      equal((await secret.call('RestoreSecret', {})).ARN, secret.id)
      const seen = await secret.call('DescribeSecret', {})
      equal(seen.DeletedDate, undefined)
      equal(seen.Tags?.length, 1)
      equal(await secret.value(), 'one')
      equal(await secret.holderOf('AWSPENDING'), second)
    },
  },
]
