import type { InputOf } from '../operations/index.ts'
import {
  type Case,
  type CaseClient,
  deepEqual,
  freshName,
  guide,
  reference,
  refuses,
  Subject,
  triedByLocalStack,
} from './case.ts'
import { createSome, listed, named } from './lists.ts'

const FILTER = reference('1.7', 'Filter')
const SEARCH = guide('1.7', 'manage_search-secret')
const TRIED = triedByLocalStack('1.7')

type Filters = NonNullable<InputOf<'ListSecrets'>['Filters']>

/** What of the secrets that begin so is found, without the common beginning. */
async function found(client: CaseClient, begin: string, ...filters: Filters): Promise<string[]> {
  const names = await listed(client, { Filters: [...named(begin), ...filters] })
  return names.map((name) => name?.slice(begin.length) ?? '').sort()
}

/** One secret for each description; answers the common beginning of their names, which end with the description's place. */
async function describedAs(client: CaseClient, ...descriptions: string[]): Promise<string> {
  const begin = freshName()
  for (const [place, Description] of descriptions.entries())
    await Subject.create(client, { Name: `${begin}-${place}`, Description })
  return begin
}

/** The filters of ListSecrets, key by key. */
export const FILTER_CASES: readonly Case[] = [
  {
    name: 'a name is found by how it begins, capitals counting',
    fact: SEARCH,
    run: async ({ client }) => {
      const begin = await createSome(client, '-Data', '-data', '-MyData')
      deepEqual(await found(client, begin, { Key: 'name', Values: [`${begin}-D`] }), ['-Data'])
    },
  },
  {
    name: 'a name is found by how it does not begin',
    fact: TRIED,
    run: async ({ client }) => {
      const begin = await createSome(client, '-one', '-two')
      deepEqual(await found(client, begin, { Key: 'name', Values: [`!${begin}-o`] }), ['-two'])
    },
  },
  {
    name: 'one of several values is enough, and each of several filters must match',
    fact: TRIED,
    run: async ({ client }) => {
      const begin = await createSome(client, '-one', '-two', '-three')
      const values = { Key: 'name' as const, Values: [`${begin}-o`, `${begin}-th`] }
      deepEqual(await found(client, begin, values), ['-one', '-three'])
      deepEqual(await found(client, begin, values, { Key: 'description', Values: ['none'] }), [])
    },
  },
  {
    name: 'a description is found by its words, in any order and whatever their capitals',
    fact: SEARCH,
    run: async ({ client }) => {
      const begin = await describedAs(
        client,
        'My Description',
        'my description',
        'My basic description',
        'Description of my secret',
        'Another text',
      )
      const filter = { Key: 'description' as const, Values: ['My Description'] }
      deepEqual(await found(client, begin, filter), ['-0', '-1', '-2', '-3'])
    },
  },
  {
    name: 'the words of a description are found by how they begin',
    fact: TRIED,
    run: async ({ client }) => {
      const begin = await describedAs(client, 'a secret', 'an secret', 'asecret', 'thesecret')
      const by = (value: string) => found(client, begin, { Key: 'description', Values: [value] })
      deepEqual(await by('a'), ['-0', '-1', '-2'])
      deepEqual(await by('!a'), ['-3'])
      deepEqual(await by('a secret'), ['-0', '-1'])
      deepEqual(await by('!c'), ['-0', '-1', '-2', '-3'])
    },
  },
  {
    name: 'tags are found by how their keys and values begin, capitals counting',
    fact: FILTER,
    run: async ({ client }) => {
      const begin = freshName()
      const create = (end: string, Key: string, Value: string) =>
        Subject.create(client, { Name: `${begin}${end}`, Tags: [{ Key, Value }] })
      await create('-a', 'Team', 'Blue')
      await create('-b', 'team', 'blue')
      deepEqual(await found(client, begin, { Key: 'tag-key', Values: ['Te'] }), ['-a'])
      deepEqual(await found(client, begin, { Key: 'tag-value', Values: ['bl'] }), ['-b'])
      deepEqual(await found(client, begin, { Key: 'tag-key', Values: ['eam'] }), [])
    },
  },
  {
    name: 'a search through everything finds any of its words, whatever their capitals',
    fact: SEARCH,
    run: async ({ client }) => {
      const begin = freshName()
      const create = (end: string, input: object) =>
        Subject.create(client, { Name: `${begin}${end}`, ...input })
      await create('-zebra', {})
      await create('-b', { Description: 'of a ZEBRA' })
      await create('-c', { Tags: [{ Key: 'Giraffe', Value: '' }] })
      await create('-d', { Tags: [{ Key: 'x', Value: 'giraffe' }] })
      await create('-e', { Description: 'lion' })
      const filter = { Key: 'all' as const, Values: ['Zebra_giraffe'] }
      deepEqual(await found(client, begin, filter), ['-b', '-c', '-d', '-zebra'])
    },
  },
  {
    name: 'a filter without a known key, or without a value, is refused',
    fact: FILTER,
    run: async ({ client }) => {
      const by = (filter: object) => client.call('ListSecrets', { Filters: [filter] as Filters })
      await refuses(by({ Key: 'colour', Values: ['red'] }), 'ValidationException')
      await refuses(by({ Key: 'name', Values: [] }), 'ValidationException')
      await refuses(by({ Values: ['red'] }), 'InvalidParameterException')
    },
  },
]
