import { randomUUID } from 'node:crypto'
import { type Case, deepEqual, equal, guide, ok, recorded, reference, refuses, Subject } from './case.ts'

/** Writing values: PutSecretValue and the versions it makes. */
export const VALUE_CASES: readonly Case[] = [
  {
    name: 'a value without labels becomes AWSCURRENT at once, and AWSPREVIOUS follows',
    fact: reference('1.7', 'PutSecretValue'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two')
      deepEqual(await secret.labels(), { [secret.first]: ['AWSPREVIOUS'], [second]: ['AWSCURRENT'] })
      const third = await secret.put('three')
      deepEqual(await secret.labels(), { [second]: ['AWSPREVIOUS'], [third]: ['AWSCURRENT'] })
      equal(await secret.value(), 'three')
      equal(await secret.value('AWSPREVIOUS'), 'two')
    },
  },
  {
    name: 'a value under AWSPENDING leaves AWSCURRENT where it is',
    fact: reference('1.7', 'PutSecretValue'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      deepEqual(await secret.labels(), { [secret.first]: ['AWSCURRENT'], [second]: ['AWSPENDING'] })
      equal(await secret.value(), 'one')
    },
  },
  {
    name: 'a label given with a value leaves the version that had it',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'one', 'two', 'three')
      const third = await secret.put('three', 'four', 'two', 'one')
      deepEqual(await secret.labels(), {
        [secret.first]: ['AWSCURRENT'],
        [second]: ['three'],
        [third]: ['four', 'one', 'two'],
      })
    },
  },
  {
    name: 'DescribeSecret does not show a version without labels',
    fact: reference('1.7', 'DescribeSecret'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.put('two')
      await secret.put('three')
      const { VersionIdsToStages = {} } = await secret.call('DescribeSecret', {})
      equal(secret.first in VersionIdsToStages, false)
    },
  },
  {
    name: 'a version without labels is listed only as deprecated, and still readable by its id',
    fact: reference('1.7', 'ListSecretVersionIds'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'mine')
      await secret.put('three', 'mine')
      const idsOf = async (IncludeDeprecated: boolean) =>
        ((await secret.call('ListSecretVersionIds', { IncludeDeprecated })).Versions ?? []).map(
          ({ VersionId }) => VersionId,
        )
      ok(!(await idsOf(false)).includes(second))
      ok((await idsOf(true)).includes(second))
      equal((await secret.call('GetSecretValue', { VersionId: second })).SecretString, 'two')
    },
  },
  {
    name: 'the same token with the same value again succeeds and changes nothing',
    fact: reference('1.7', 'PutSecretValue'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const token = randomUUID()
      const input = { ClientRequestToken: token, SecretString: 'two', VersionStages: ['AWSPENDING'] }
      await secret.call('PutSecretValue', input)
      await secret.move('AWSPENDING', undefined, token)
      const before = await secret.labels()
      equal((await secret.call('PutSecretValue', input)).VersionId, token)
      deepEqual(await secret.labels(), before)
    },
  },
  {
    name: 'the same token with another value is refused and changes nothing',
    fact: reference('1.7', 'PutSecretValue'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await refuses(
        secret.call('PutSecretValue', { ClientRequestToken: secret.first, SecretString: 'two' }),
        'ResourceExistsException',
      )
      equal(await secret.value(), 'one')
    },
  },
  {
    name: 'UpdateSecret again with the same token and value succeeds and changes nothing',
    fact: reference('1.7', 'UpdateSecret'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const input = { ClientRequestToken: randomUUID(), SecretString: 'two' }
      await secret.call('UpdateSecret', input)
      const before = await secret.labels()
      equal((await secret.call('UpdateSecret', input)).VersionId, input.ClientRequestToken)
      deepEqual(await secret.labels(), before)
      equal(await secret.value(), 'two')
    },
  },
  {
    name: 'UpdateSecret with the token of another value is refused',
    fact: reference('1.7', 'UpdateSecret'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await refuses(
        secret.call('UpdateSecret', { ClientRequestToken: secret.first, SecretString: 'two' }),
        'ResourceExistsException',
      )
      equal(await secret.value(), 'one')
    },
  },
  {
    name: 'a binary value comes back byte by byte',
    fact: reference('1.7', 'GetSecretValue'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const SecretBinary = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      await secret.call('PutSecretValue', { ClientRequestToken: randomUUID(), SecretBinary })
      const seen = await secret.call('GetSecretValue', {})
      deepEqual([...(seen.SecretBinary ?? [])], [...SecretBinary])
      equal(seen.SecretString, undefined)
    },
  },
  {
    name: 'a value of 65,536 bytes is stored as it is, a longer one refused',
    fact: guide('3.1', 'reference_limits'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const longest = `${'é"\\\n'.repeat(13_107)}x`
      equal(Buffer.byteLength(longest), 65_536)
      await secret.put(longest)
      equal(await secret.value(), longest)
      const outcome = await secret.put(`${longest}x`).catch((error: unknown) => error)
      ok(outcome instanceof Error, 'a value of 65,537 bytes was stored')
      equal(await secret.value(), longest)
    },
  },
  {
    name: 'the 21st label of a secret is refused',
    fact: guide('1.7', 'reference_limits'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const labels = Array.from({ length: 19 }, (_, index) => `label-${index}`)
      await secret.put('two', ...labels)
      await refuses(secret.put('three', 'one-more'), 'LimitExceededException')
      await refuses(secret.move('one-more', secret.first, undefined), 'LimitExceededException')
      equal(Object.values(await secret.labels()).flat().length, 20)
    },
  },
  {
    name: 'a version that loses AWSCURRENT to a new value loses AWSPENDING with it',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      await secret.move('AWSCURRENT', second, secret.first)
      const third = await secret.put('three')
      deepEqual(await secret.labels(), { [second]: ['AWSPREVIOUS'], [third]: ['AWSCURRENT'] })
    },
  },
]
