import { type Answer, type Case, deepEqual, equal, freshName, reference, refuses, Subject } from './case.ts'
import { createSome, named } from './lists.ts'

const BATCH = reference('1.7', 'BatchGetSecretValue')

/** BatchGetSecretValue: many values, and the errors of single ones. */
export const BATCH_CASES: readonly Case[] = [
  {
    name: 'the current values of several secrets are read at once, by name or ARN',
    fact: BATCH,
    run: async ({ client }) => {
      const Name = freshName()
      const [one, two] = [await Subject.create(client, { Name }), await Subject.create(client)]
      await two.put('two')
      const { SecretValues = [], Errors = [] } = await client.call('BatchGetSecretValue', {
        SecretIdList: [Name, two.id],
      })
      deepEqual(
        SecretValues.map(({ ARN, SecretString }) => [ARN, SecretString]).sort(),
        [
          [one.id, 'one'],
          [two.id, 'two'],
        ].sort(),
      )
      deepEqual([...Errors], [])
    },
  },
  {
    name: 'a secret that cannot be read is named with its error, and the others are read all the same',
    fact: BATCH,
    run: async ({ client }) => {
      const [good, deleted] = [await Subject.create(client), await Subject.create(client)]
      await deleted.call('DeleteSecret', {})
      const missing = freshName()
      const { SecretValues = [], Errors = [] } = await client.call('BatchGetSecretValue', {
        SecretIdList: [missing, good.id, deleted.id],
      })
      deepEqual(
        SecretValues.map(({ ARN }) => ARN),
        [good.id],
      )
      deepEqual(
        Errors.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
        [
          [missing, 'ResourceNotFoundException'],
          [deleted.id, 'InvalidRequestException'],
        ],
      )
    },
  },
  {
    name: 'a batch needs ids or filters, and not both',
    fact: BATCH,
    run: async ({ client }) => {
      await refuses(client.call('BatchGetSecretValue', {}), 'InvalidParameterException')
      await refuses(
        client.call('BatchGetSecretValue', { SecretIdList: ['a'], Filters: named('a') }),
        'InvalidParameterException',
      )
    },
  },
  {
    name: 'a batch by id is not limited by MaxResults',
    fact: BATCH,
    run: async ({ client }) => {
      await refuses(
        client.call('BatchGetSecretValue', { SecretIdList: ['a'], MaxResults: 1 }),
        'InvalidParameterException',
      )
    },
  },
  {
    name: 'a batch has 20 secrets at most',
    fact: BATCH,
    run: async ({ client }) => {
      const SecretIdList = Array.from({ length: 21 }, (_, index) => `none-${index}`)
      await refuses(client.call('BatchGetSecretValue', { SecretIdList }), 'ValidationException')
      const { Errors = [] } = await client.call('BatchGetSecretValue', {
        SecretIdList: SecretIdList.slice(1),
      })
      equal(Errors.length, 20)
    },
  },
  {
    name: 'a batch by filter comes page by page, each value once',
    fact: BATCH,
    run: async ({ client }) => {
      const begin = await createSome(client, '-a', '-b', '-c')
      const names: (string | undefined)[] = []
      let page: Answer = {}
      do {
        page = await client.call('BatchGetSecretValue', {
          Filters: named(begin),
          MaxResults: 2,
          ...(page.NextToken === undefined ? {} : { NextToken: page.NextToken }),
        })
        for (const { Name } of page.SecretValues ?? []) names.push(Name)
      } while (page.NextToken !== undefined)
      deepEqual(names.sort(), [`${begin}-a`, `${begin}-b`, `${begin}-c`])
    },
  },
  {
    name: 'a batch refuses a token that was never given',
    fact: BATCH,
    run: async ({ client }) => {
      await refuses(
        client.call('BatchGetSecretValue', { Filters: named('a'), NextToken: 'never-given' }),
        'InvalidNextTokenException',
      )
    },
  },
]
