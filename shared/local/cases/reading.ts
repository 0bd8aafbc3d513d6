import { randomUUID } from 'node:crypto'
import { type Case, deepEqual, equal, recorded, reference, refuses, Subject } from './case.ts'

/** GetSecretValue: what is read, and how what is not there is refused. */
export const READING_CASES: readonly Case[] = [
  {
    name: 'a value is read by label, by version id, and by both',
    fact: reference('1.7', 'GetSecretValue'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      const read = async (asked: object) => (await secret.call('GetSecretValue', asked)).SecretString
      equal(await read({}), 'one')
      equal(await read({ VersionStage: 'AWSPENDING' }), 'two')
      equal(await read({ VersionId: second }), 'two')
      equal(await read({ VersionId: second, VersionStage: 'AWSPENDING' }), 'two')
    },
  },
  {
    name: 'a value comes with its version id, its date and its labels in order',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.move('zeta', secret.first, undefined)
      await secret.move('AAA', secret.first, undefined)
      const seen = await secret.call('GetSecretValue', {})
      equal(seen.ARN, secret.id)
      equal(seen.VersionId, secret.first)
      equal(seen.CreatedDate instanceof Date, true)
      deepEqual(seen.VersionStages, ['AAA', 'AWSCURRENT', 'zeta'])
    },
  },
  {
    name: 'a label that no version has is not found',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await refuses(
        secret.call('GetSecretValue', { VersionStage: 'AWSPENDING' }),
        'ResourceNotFoundException',
        /^Secrets Manager can't find the specified secret value for staging label: AWSPENDING$/,
      )
    },
  },
  {
    name: 'a version id that does not exist is not found',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const VersionId = randomUUID()
      await refuses(
        secret.call('GetSecretValue', { VersionId }),
        'ResourceNotFoundException',
        new RegExp(`^Secrets Manager can't find the specified secret value for VersionId: ${VersionId}$`),
      )
    },
  },
  {
    name: 'a label that the version does not have is an invalid request',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.put('two', 'AWSPENDING')
      await refuses(
        secret.call('GetSecretValue', { VersionId: secret.first, VersionStage: 'AWSPENDING' }),
        'InvalidRequestException',
        /^You provided a VersionStage that is not associated to the provided VersionId\.$/,
      )
    },
  },
  {
    name: 'the id that RotateSecret allocates is shown by DescribeSecret and has no value yet',
    fact: reference('1.5', 'DescribeSecret'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      const token = await secret.rotate(functionArn)
      deepEqual((await secret.labels())[token], ['AWSPENDING'])
      for (const asked of [
        { VersionId: token, VersionStage: 'AWSPENDING' },
        { VersionId: token },
        { VersionStage: 'AWSPENDING' },
      ])
        await refuses(secret.call('GetSecretValue', asked), 'ResourceNotFoundException')
    },
  },
]
