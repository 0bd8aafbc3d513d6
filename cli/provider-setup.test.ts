import { describe, expect, test } from 'vitest'
import { textOf } from '../test/tree.ts'
import { PROVIDER_SETUP_HELP } from './help.ts'
import { runCommand } from './test-run.ts'

const providerSetup = (...args: readonly string[]) => runCommand(['provider', 'setup', ...args])

describe('the statements for PostgreSQL', () => {
  test('are those of the page, with the names of the page', async () => {
    const { status, out } = await providerSetup('postgres', '--user', 'app', '--database', 'shop')
    expect(status).toBe(0)
    const [, block] = /```sql\n(CREATE ROLE [\s\S]*?)```/.exec(textOf('providers/postgres/README.md')) ?? []
    expect(out).toBe(block)
  })

  test('quote every name', async () => {
    const { out } = await providerSetup(
      'postgres',
      '--user',
      'a"b; DROP',
      '--admin',
      'A b',
      '--version',
      '16.2',
    )
    expect(out).toContain('GRANT "a""b; DROP" TO "A b" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;')
  })

  test('are fewer before 16, where CREATEROLE reaches every user', async () => {
    const { out } = await providerSetup('postgres', '--user', 'app', '--version', '15')
    expect(out).not.toContain('WITH ADMIN')
  })
})

describe('the statements for MySQL and MariaDB', () => {
  test.each(['mysql', 'mariadb'])('are those of the page: %s', async (kind) => {
    const { status, out } = await providerSetup(kind, '--database', 'shop')
    expect(status).toBe(0)
    const blocks = [...textOf('providers/mysql/README.md').matchAll(/```sql\n([\s\S]*?)```/g)]
    expect(blocks.map(([, block]) => block)).toContain(out)
  })

  test('quote every name', async () => {
    const { out } = await providerSetup(
      'mysql',
      '--database',
      'a`b',
      '--admin',
      'A b',
      '--host',
      '10.%',
      '--privileges',
      'create view,select',
    )
    expect(out).toContain('GRANT CREATE VIEW, SELECT ON `a``b`.* TO `A b`@`10.%` WITH GRANT OPTION;')
  })
})

test.each([
  [[], 'a provider is missing; there is postgres, mysql, mariadb'],
  [['salesforce'], '`salesforce` needs no setup, or is unknown; there is postgres, mysql, mariadb'],
  [['mysql'], '--database is missing'],
  [['mysql', '--database', 'a\nb'], '--database is no name here'],
  [['mysql', '--database', 'a', '--admin', 'a'.repeat(33)], '--admin is no name here: up to 32'],
  [['mariadb', '--database', 'a', '--privileges', 'ALL ON *.* TO x'], '--privileges is not a list'],
  [['mysql', '--database', 'a', '--user', 'b'], '--user is nothing for mysql'],
  [['postgres', '--user', 'a', '--host', 'b'], '--host is nothing for postgres'],
  [['postgres', 'twice', '--user', 'a'], 'one provider is enough'],
  [['postgres'], '--user is missing'],
  [['postgres', '--user', 'a\nb'], '--user is no name of PostgreSQL'],
  [['postgres', '--user', 'a', '--version', '12'], '--version is not one of PostgreSQL 13 to 18'],
  [['postgres', '--role', 'a'], '--role is no option; leave it out'],
])('%j is refused', async (args, problem) => {
  const { status, out, err } = await providerSetup(...args)
  expect(err).toContain(`quarterturn: ${problem}`)
  expect({ status, out }).toEqual({ status: 2, out: '' })
})

test('--help says all of it', async () => {
  expect(await providerSetup('postgres', '--help')).toEqual({ status: 0, out: PROVIDER_SETUP_HELP, err: '' })
})
