import type { InputOf } from '../operations/index.ts'
import {
  type Answer,
  type Case,
  type CaseClient,
  deepEqual,
  equal,
  freshName,
  ok,
  reference,
  refuses,
  Subject,
} from './case.ts'

const LIST = reference('1.7', 'ListSecrets')

/** The names on all pages, in order. */
export async function listed(
  client: CaseClient,
  input: InputOf<'ListSecrets'>,
): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = []
  let page: Answer = {}
  do {
    page = await client.call('ListSecrets', {
      ...input,
      ...(page.NextToken === undefined ? {} : { NextToken: page.NextToken }),
    })
    for (const { Name } of page.SecretList ?? []) names.push(Name)
  } while (page.NextToken !== undefined)
  return names
}

/** Secrets whose names begin alike and with nobody else's; answers the common beginning. */
export async function createSome(client: CaseClient, ...ends: string[]): Promise<string> {
  const begin = freshName()
  for (const end of ends) await Subject.create(client, { Name: `${begin}${end}` })
  return begin
}

export const named = (value: string): { Key: 'name'; Values: string[] }[] => [
  { Key: 'name', Values: [value] },
]

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** ListSecrets and ListSecretVersionIds: what is listed, in which order and page by page. */
export const LIST_CASES: readonly Case[] = [
  {
    name: 'a list shows the labels of each secret and no value',
    fact: LIST,
    run: async ({ client }) => {
      const secret = await Subject.create(client, { Name: freshName() })
      const { Name = '' } = await secret.call('DescribeSecret', {})
      await secret.move('mine', secret.first, undefined)
      const { SecretList = [] } = await client.call('ListSecrets', { Filters: named(Name), MaxResults: 100 })
      const found = SecretList.find(({ ARN }) => ARN === secret.id)
      deepEqual([...(found?.SecretVersionsToStages?.[secret.first] ?? [])].sort(), ['AWSCURRENT', 'mine'])
      equal(JSON.stringify(found).includes('one'), false)
    },
  },
  {
    name: 'deleted secrets are listed only where they are asked for',
    fact: LIST,
    run: async ({ client }) => {
      const begin = await createSome(client, '-a', '-b')
      await client.call('DeleteSecret', { SecretId: `${begin}-a` })
      deepEqual(await listed(client, { Filters: named(begin) }), [`${begin}-b`])
      const all = await listed(client, { Filters: named(begin), IncludePlannedDeletion: true })
      deepEqual(all.sort(), [`${begin}-a`, `${begin}-b`])
    },
  },
  {
    name: 'secrets are listed by the date of their creation, in the order that is asked for',
    fact: LIST,
    run: async ({ client }) => {
      const begin = freshName()
      const names = ['-b', '-a', '-c'].map((end) => `${begin}${end}`)
      for (const [place, Name] of names.entries()) {
        // Others count in seconds.
        if (place > 0) await pause(1_100)
        await Subject.create(client, { Name })
      }
      deepEqual(await listed(client, { Filters: named(begin), SortOrder: 'asc' }), names)
      deepEqual(await listed(client, { Filters: named(begin), SortOrder: 'desc' }), names.toReversed())
    },
  },
  {
    name: 'secrets are listed by name where that is asked for',
    fact: LIST,
    run: async ({ client }) => {
      const begin = await createSome(client, '-b', '-a', '-c')
      const names = ['-a', '-b', '-c'].map((end) => `${begin}${end}`)
      const input = { Filters: named(begin), SortBy: 'name' as const }
      deepEqual(await listed(client, { ...input, SortOrder: 'asc' }), names)
      deepEqual(await listed(client, { ...input, SortOrder: 'desc' }), names.toReversed())
    },
  },
  {
    name: 'page by page each secret is listed once',
    fact: LIST,
    run: async ({ client }) => {
      const begin = await createSome(client, '-a', '-b', '-c', '-d', '-e')
      const names = await listed(client, { Filters: named(begin), MaxResults: 2 })
      deepEqual(
        names.sort(),
        ['-a', '-b', '-c', '-d', '-e'].map((end) => `${begin}${end}`),
      )
    },
  },
  {
    name: 'a page has no more secrets than asked for, and at most 100 may be asked for',
    fact: LIST,
    run: async ({ client }) => {
      await createSome(client, '-a', '-b')
      const { SecretList = [], NextToken } = await client.call('ListSecrets', { MaxResults: 1 })
      equal(SecretList.length, 1)
      ok(NextToken)
      for (const MaxResults of [0, 101])
        await refuses(client.call('ListSecrets', { MaxResults }), 'ValidationException')
    },
  },
  {
    name: 'a token that was never given is refused',
    fact: LIST,
    run: async ({ client }) => {
      await refuses(client.call('ListSecrets', { NextToken: 'never-given' }), 'InvalidNextTokenException')
      const secret = await Subject.create(client)
      await refuses(
        secret.call('ListSecretVersionIds', { NextToken: 'never-given' }),
        'InvalidNextTokenException',
      )
    },
  },
  {
    name: 'page by page each version is listed once',
    fact: reference('1.7', 'ListSecretVersionIds'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const made = [
        secret.first,
        await secret.put('two'),
        await secret.put('three'),
        await secret.put('four'),
      ]
      const ids: (string | undefined)[] = []
      let page: Answer = {}
      do {
        page = await secret.call('ListSecretVersionIds', {
          IncludeDeprecated: true,
          MaxResults: 1,
          ...(page.NextToken === undefined ? {} : { NextToken: page.NextToken }),
        })
        ok((page.Versions?.length ?? 0) <= 1, 'a page has more than it may have')
        for (const { VersionId } of page.Versions ?? []) ids.push(VersionId)
      } while (page.NextToken !== undefined)
      deepEqual(ids.sort(), made.sort())
    },
  },
]
