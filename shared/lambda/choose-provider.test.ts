import { describe, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { chooseProvider, offeredBy, type ProviderEntry, type ProviderHints } from './choose-provider.ts'

const entry = (name: string, engines: readonly string[], types: readonly string[] = []): ProviderEntry => ({
  name,
  engines,
  types,
  load: () => Promise.reject(new Error('not loaded here')),
})
const postgres = entry('postgres', ['postgres', 'aurora-postgresql'])
const mysql = entry('mysql', ['mysql', 'mariadb'])
const redshift = entry('redshift', ['redshift', 'postgres'])
const salesforce = entry('salesforce', [], ['SalesforceClientSecret'])
const all = [postgres, mysql, salesforce]

const hints = (given: Partial<ProviderHints>): ProviderHints => ({
  engine: undefined,
  type: undefined,
  tag: undefined,
  ...given,
})
const choose = (given: Partial<ProviderHints>, offered: readonly ProviderEntry[] = all): string =>
  chooseProvider(offered, hints(given)).name

describe('a provider is chosen', () => {
  test('by engine', () => expect(choose({ engine: 'aurora-postgresql' })).toBe('postgres'))
  test('by Type, when there is no engine', () => {
    expect(choose({ type: 'SalesforceClientSecret' })).toBe('salesforce')
  })
  test('by tag, when there is neither', () => expect(choose({ tag: 'mysql' })).toBe('mysql'))
  test('by engine and a tag that agrees', () => {
    expect(choose({ engine: 'mariadb', tag: 'mysql' })).toBe('mysql')
  })
  test('by tag, among those that serve the engine', () => {
    expect(choose({ engine: 'postgres', tag: 'redshift' }, [postgres, redshift])).toBe('redshift')
  })
  test('without a hint, when the function has only one', () =>
    expect(choose({}, [postgres])).toBe('postgres'))
})

describe('a secret is refused', () => {
  const cases: [
    why: string,
    given: Partial<ProviderHints>,
    offered: readonly ProviderEntry[],
    says: string,
  ][] = [
    ['that says nothing', {}, all, 'neither `engine` nor Type nor the tag'],
    ['of an engine that is not served', { engine: 'oracle' }, all, '`engine` is `oracle`, which no provider'],
    ['of another engine than the only one', { engine: 'mysql' }, [postgres], '`engine` is `mysql`'],
    ['of an engine that is no name', { engine: 'p@ss w0rd' }, all, '`engine` is not a name'],
    ['of an unknown Type, whatever its engine', { engine: 'postgres', type: 'Okta' }, all, 'Type is `Okta`'],
    [
      'whose Type contradicts its engine',
      { engine: 'postgres', type: 'SalesforceClientSecret' },
      all,
      'Type is `SalesforceClientSecret`, which contradicts `engine` `postgres`',
    ],
    ['whose tag is not on the list', { tag: 'okta' }, all, 'the tag `quarterturn:provider` is `okta`'],
    [
      'whose tag contradicts its engine',
      { engine: 'mysql', tag: 'postgres' },
      all,
      'which contradicts `engine` `mysql`',
    ],
    [
      'whose engine two serve',
      { engine: 'postgres' },
      [postgres, redshift],
      'served by postgres and redshift',
    ],
    ['by a function that offers none', {}, [], 'the function offers no provider'],
  ]
  for (const [why, given, offered, says] of cases) {
    test(why, () => {
      expect(() => choose(given, offered)).toThrow(says)
      expect(() => choose(given, offered)).toThrow(/^PROVIDER_UNKNOWN: /)
    })
  }
})

describe('the deployment', () => {
  test('offers all that it was built with, unless it lists some', () => {
    expect(offeredBy(readConfig({}), all)).toBe(all)
    expect(offeredBy(readConfig({ QUARTERTURN_PROVIDERS: 'mysql' }), all)).toEqual([mysql])
  })
  test('cannot list what it was not built with', () => {
    expect(() => offeredBy(readConfig({ QUARTERTURN_PROVIDERS: 'mysql,okta' }), all)).toThrow(
      'CONFIG_INVALID: QUARTERTURN_PROVIDERS names okta, which is not one of postgres, mysql, salesforce',
    )
  })
})
