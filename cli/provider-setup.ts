import { parseArgs } from 'node:util'
import { setupScript } from '../providers/postgres/alternating/setup.ts'
import { MAX_NAME_BYTES } from '../providers/postgres/name.ts'
import type { Command } from './command.ts'
import { PROVIDER_SETUP_HELP } from './help.ts'
import { argumentProblem, Problem } from './problem.ts'

const COMMAND = 'quarterturn provider setup'

/** `quarterturn provider setup postgres`: prints the statements that an admin of a rotation needs, and runs none. */
export const providerSetup: Command = async (args, { out }) => {
  const { values, positionals } = parseOptions(args)
  if (values.help) return out(PROVIDER_SETUP_HELP)
  const [provider, ...more] = positionals
  if (provider !== 'postgres')
    throw new Problem(
      provider === undefined
        ? 'a provider is missing; there is postgres'
        : `\`${provider}\` needs no setup, or is unknown; there is postgres`,
      2,
      COMMAND,
    )
  if (more.length > 0) throw new Problem(`one provider is enough; \`${more[0]}\` is too much`, 2, COMMAND)
  const { version } = values
  out(
    setupScript({
      user: nameOf('user', values.user),
      admin: nameOf('admin', values.admin ?? 'rotation_admin'),
      database: nameOf('database', values.database ?? 'postgres'),
      ...(version === undefined ? {} : { version: majorOf(version) }),
    }),
  )
}

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
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw argumentProblem(error, COMMAND)
  }
}

/** The statements are for a superuser to run, so nothing but a name gets into them. */
function nameOf(option: string, name: string | undefined): string {
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

function majorOf(version: string): number {
  if (/^1[3-8](\.\d+)?$/.test(version)) return Number.parseInt(version, 10)
  throw new Problem('--version is not one of PostgreSQL 13 to 18', 2, COMMAND)
}
