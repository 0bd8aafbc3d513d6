import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ROOT, textOf } from '../test/tree.ts'
import { PROVIDER_SETUP_HELP } from './help.ts'
import { main } from './main.ts'

async function providerSetup(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const status = await main(['provider', 'setup', ...args], {
    root: pathToFileURL(`${ROOT}/`),
    cwd: ROOT,
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { status, ...said }
}

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

test.each([
  [[], 'a provider is missing; there is postgres'],
  [['mysql'], '`mysql` needs no setup, or is unknown; there is postgres'],
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
