import { describe, expect, test } from 'vitest'
import { actsAs, namesIn, type Setting, setStatement, settingsToChange, wantedOf } from './settings.ts'

const setting = (name: string, value: string, database?: string): Setting => ({
  database,
  name,
  value,
  isGuarded: false,
})

describe('a setting is written so that the server keeps the same', () => {
  test.each([
    ['search_path', '"$user", public', `ALTER ROLE "a" SET "search_path" TO '$user', 'public'`],
    ['search_path', '"a ""b"", c",d', `ALTER ROLE "a" SET "search_path" TO 'a "b", c', 'd'`],
    ['search_path', '', `ALTER ROLE "a" SET "search_path" TO ''`],
    ['search_path', '""', `ALTER ROLE "a" SET "search_path" TO ''`],
    ['statement_timeout', '5s', `ALTER ROLE "a" SET "statement_timeout" TO '5s'`],
    ['app.name', `it's`, `ALTER ROLE "a" SET "app"."name" TO 'it''s'`],
    ['DateStyle', 'ISO, DMY', `ALTER ROLE "a" SET "DateStyle" TO 'ISO, DMY'`],
  ])('%s = %s', (name, value, statement) => {
    expect(setStatement('a', setting(name, value))).toBe(statement)
  })

  test('in one database', () => {
    expect(setStatement('a', setting('x.y', '1', 'd"b'))).toBe(
      `ALTER ROLE "a" IN DATABASE "d""b" SET "x"."y" TO '1'`,
    )
  })

  test('a list is taken apart at commas outside of quotes', () => {
    expect(namesIn('a, "b,c" ,d')).toEqual(['a', 'b,c', 'd'])
  })
})

describe('the clone', () => {
  const path = setting('search_path', 'x')

  test('is to act as the owner', () => {
    expect(wantedOf([path], 'app')).toEqual([path, setting('role', 'app')])
    expect(wantedOf([setting('role', 'none')], 'app')).toEqual([setting('role', 'app')])
  })

  test('is to act as the role that the owner acts as, in the database where that is so', () => {
    const owned = [setting('role', 'team'), setting('role', 'other', 'db')]
    expect(wantedOf(owned, 'app')).toEqual(owned)
    expect([actsAs(owned, 'app', 'db'), actsAs(owned, 'app', 'x'), actsAs([path], 'app', 'x')]).toEqual([
      'other',
      'team',
      'app',
    ])
  })

  test('gets what it lacks or has otherwise, and loses what the owner has not', () => {
    const present = [
      setting('search_path', 'y'),
      setting('work_mem', '1MB'),
      setting('search_path', 'x', 'db'),
    ]
    const { set, reset } = settingsToChange([path], present)
    expect(set).toEqual([path])
    expect(reset).toEqual(present.slice(1))
  })
})
