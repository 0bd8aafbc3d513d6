import { randomUUID } from 'node:crypto'
import {
  type Case,
  deepEqual,
  equal,
  freshName,
  match,
  ok,
  recorded,
  reference,
  refuses,
  Subject,
} from './case.ts'

const TAGS = reference('1.7', 'TagResource')

/** Secrets as such: names, creation, metadata. */
export const SECRET_CASES: readonly Case[] = [
  {
    name: 'a secret is found by its name, its ARN, and its ARN without the six characters at the end',
    fact: reference('1.1', 'DescribeSecret'),
    run: async ({ client }) => {
      const Name = freshName()
      const { ARN = '' } = await client.call('CreateSecret', { Name, ClientRequestToken: randomUUID() })
      for (const SecretId of [Name, ARN, ARN.slice(0, -7)])
        equal((await client.call('DescribeSecret', { SecretId })).ARN, ARN)
    },
  },
  {
    name: 'an ARN ends with the name and six characters',
    fact: reference('1.7', 'CreateSecret'),
    run: async ({ client }) => {
      const Name = freshName()
      const { ARN = '' } = await client.call('CreateSecret', { Name, ClientRequestToken: randomUUID() })
      match(ARN, new RegExp(`^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\\d{12}:secret:${Name}-[A-Za-z0-9]{6}$`))
    },
  },
  {
    name: 'an unknown secret is not found',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const SecretId = freshName()
      const says = /^Secrets Manager can't find the specified secret\.$/
      await refuses(client.call('GetSecretValue', { SecretId }), 'ResourceNotFoundException', says)
      await refuses(client.call('ListSecretVersionIds', { SecretId }), 'ResourceNotFoundException', says)
    },
  },
  {
    name: 'a name is given once',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const Name = freshName()
      await client.call('CreateSecret', { Name, SecretString: 'one', ClientRequestToken: randomUUID() })
      await refuses(
        client.call('CreateSecret', { Name, SecretString: 'two', ClientRequestToken: randomUUID() }),
        'ResourceExistsException',
        new RegExp(`^The operation failed because the secret ${Name} already exists\\.$`),
      )
    },
  },
  {
    name: 'CreateSecret again with the same token and value succeeds and creates nothing',
    fact: reference('1.7', 'CreateSecret'),
    run: async ({ client }) => {
      const input = { Name: freshName(), SecretString: 'one', ClientRequestToken: randomUUID() }
      const first = await client.call('CreateSecret', input)
      const second = await client.call('CreateSecret', input)
      equal(second.ARN, first.ARN)
      equal(second.VersionId, first.VersionId)
    },
  },
  {
    name: 'a secret without a value has no version, and its first value becomes AWSCURRENT',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const SecretId = freshName()
      const created = await client.call('CreateSecret', { Name: SecretId, ClientRequestToken: randomUUID() })
      equal(created.VersionId, undefined)
      equal((await client.call('DescribeSecret', { SecretId })).VersionIdsToStages, undefined)
      await refuses(
        client.call('GetSecretValue', { SecretId }),
        'ResourceNotFoundException',
        /staging label: AWSCURRENT$/,
      )
      const put = await client.call('PutSecretValue', {
        SecretId,
        SecretString: 'one',
        ClientRequestToken: randomUUID(),
      })
      deepEqual(put.VersionStages, ['AWSCURRENT'])
    },
  },
  {
    name: 'UpdateSecret with a description makes no version, with a value a new AWSCURRENT',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const token = randomUUID()
      const described = await secret.call('UpdateSecret', {
        Description: 'for a case',
        ClientRequestToken: token,
      })
      equal(described.VersionId, undefined)
      equal((await secret.call('DescribeSecret', {})).Description, 'for a case')
      const second = await secret.call('UpdateSecret', {
        SecretString: 'two',
        ClientRequestToken: randomUUID(),
      })
      ok(second.VersionId)
      deepEqual(await secret.labels(), {
        [secret.first]: ['AWSPREVIOUS'],
        [second.VersionId]: ['AWSCURRENT'],
      })
    },
  },
  {
    name: 'DescribeSecret shows tags as they were last set',
    fact: TAGS,
    run: async ({ client }) => {
      const secret = await Subject.create(client, { Tags: [{ Key: 'a', Value: '1' }] })
      const Tags = [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '' },
        { Key: 'c', Value: '3' },
      ]
      await secret.call('TagResource', { Tags })
      await secret.call('UntagResource', { TagKeys: ['c', 'never there'] })
      const seen = (await secret.call('DescribeSecret', {})).Tags ?? []
      deepEqual(Object.fromEntries(seen.map(({ Key, Value }) => [Key, Value])), { a: '2', b: '' })
    },
  },
  {
    name: 'CreateSecret again with the same token and another value is refused',
    fact: reference('1.7', 'CreateSecret'),
    run: async ({ client }) => {
      const input = { Name: freshName(), SecretString: 'one', ClientRequestToken: randomUUID() }
      await client.call('CreateSecret', input)
      await refuses(client.call('CreateSecret', { ...input, SecretString: 'two' }), 'ResourceExistsException')
      equal((await client.call('GetSecretValue', { SecretId: input.Name })).SecretString, 'one')
    },
  },
  {
    name: 'a secret has 50 tags at most',
    fact: TAGS,
    run: async ({ client }) => {
      const tagsOf = (from: number, count: number) =>
        Array.from({ length: count }, (_, index) => ({ Key: `tag-${from + index}`, Value: '' }))
      const secret = await Subject.create(client, { Tags: tagsOf(0, 49) })
      await secret.call('TagResource', { Tags: tagsOf(0, 50) })
      const outcome = await secret.call('TagResource', { Tags: tagsOf(50, 1) }).catch((error) => error)
      ok(outcome instanceof Error, 'a 51st tag was taken')
      equal((await secret.call('DescribeSecret', {})).Tags?.length, 50)
    },
  },
  {
    name: 'a tag that begins with aws: cannot be set',
    fact: TAGS,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const outcome = await secret
        .call('TagResource', { Tags: [{ Key: 'aws:mine', Value: '' }] })
        .catch((error) => error)
      ok(outcome instanceof Error, 'a reserved tag was taken')
      equal((await secret.call('DescribeSecret', {})).Tags?.length ?? 0, 0)
    },
  },
]
