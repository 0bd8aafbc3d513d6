import { parseArgs } from 'node:util'
import { setupScript as mysqlScript } from '../providers/mysql/alternating/setup.ts'
import { setupScript as postgresScript } from '../providers/postgres/alternating/setup.ts'
import { MAX_NAME_BYTES } from '../providers/postgres/name.ts'
import type { Command } from './command.ts'
import { PROVIDER_SETUP_HELP } from './help.ts'
import { argumentProblem, Problem } from './problem.ts'

const COMMAND = 'quarterturn provider setup'
const PROVIDERS = ['postgres', 'mysql', 'mariadb'] as const

type Values = ReturnType<typeof parseOptions>['values']
type Option = keyof Values

/** What each provider knows of the options. */
const KNOWN: Readonly<Record<(typeof PROVIDERS)[number], readonly Option[]>> = {
  postgres: ['user', 'admin', 'database', 'version'],
  mysql: ['admin', 'host', 'database', 'privileges'],
  mariadb: ['admin', 'host', 'database', 'privileges'],
}

/** `quarterturn provider setup`: prints the statements that an admin of a rotation needs, and runs none. */
export const providerSetup: Command = async (args, { out }) => {
  const { values, positionals } = parseOptions(args)
  if (values.help) return out(PROVIDER_SETUP_HELP)
  const [name, ...more] = positionals
  const provider = PROVIDERS.find((one) => one === name)
  if (provider === undefined)
    throw new Problem(
      name === undefined
        ? `a provider is missing; there is ${PROVIDERS.join(', ')}`
        : `\`${name}\` needs no setup, or is unknown; there is ${PROVIDERS.join(', ')}`,
      2,
      COMMAND,
    )
  if (more.length > 0) throw new Problem(`one provider is enough; \`${more[0]}\` is too much`, 2, COMMAND)
  for (const [option, value] of Object.entries(values))
    if (option !== 'help' && value !== undefined && !KNOWN[provider].some((one) => one === option))
      throw new Problem(`--${option} is nothing for ${provider}`, 2, COMMAND)
  out(provider === 'postgres' ? forPostgres(values) : forMysql(provider, values))
}

const forPostgres = ({ user, admin, database, version }: Values): string =>
  postgresScript({
    user: postgresName('user', user),
    admin: postgresName('admin', admin ?? 'rotation_admin'),
    database: postgresName('database', database ?? 'postgres'),
    ...(version === undefined ? {} : { version: majorOf(version) }),
  })

const forMysql = (kind: 'mysql' | 'mariadb', values: Values): string =>
  mysqlScript({
    kind,
    admin: mysqlName('admin', values.admin ?? 'rotation_admin', kind === 'mysql' ? 32 : 80),
    host: mysqlName('host', values.host ?? '%', 255),
    schema: mysqlName('database', values.database, 64),
    privileges: privilegesOf(values.privileges ?? 'SELECT, INSERT, UPDATE, DELETE'),
  })

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        user: { type: 'string' },
        admin: { type: 'string' },
        database: { type: 'string' },
        version: { type: 'string' },
        host: { type: 'string' },
        privileges: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw argumentProblem(error, COMMAND)
  }
}

/** The statements are for a superuser to run, so nothing but a name gets into them. */
function postgresName(option: string, name: string | undefined): string {
  if (name === undefined || name === '')
    throw new Problem(`--${option} is missing; give the name as the server knows it`, 2, COMMAND)
  if (/\p{Cc}/u.test(name) || Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new Problem(
      `--${option} is no name of PostgreSQL: up to ${MAX_NAME_BYTES} bytes without control characters`,
      2,
      COMMAND,
    )
  return name
}

function mysqlName(option: string, name: string | undefined, most: number): string {
  if (name === undefined || name === '')
    throw new Problem(`--${option} is missing; give the name as the server knows it`, 2, COMMAND)
  if (/\p{Cc}/u.test(name) || [...name].length > most)
    throw new Problem(
      `--${option} is no name here: up to ${most} characters without control characters`,
      2,
      COMMAND,
    )
  return name
}

function privilegesOf(list: string): string {
  const names = list.split(',').map((one) => one.trim().toUpperCase())
  if (names.every((one) => /^[A-Z]+( [A-Z]+)*$/.test(one))) return names.join(', ')
  throw new Problem('--privileges is not a list such as "SELECT, INSERT"', 2, COMMAND)
}

function majorOf(version: string): number {
  if (/^1[3-8](\.\d+)?$/.test(version)) return Number.parseInt(version, 10)
  throw new Problem('--version is not one of PostgreSQL 13 to 18', 2, COMMAND)
}
