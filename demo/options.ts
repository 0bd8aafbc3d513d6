import { parseArgs } from 'node:util'

/** What can be rotated, and by which strategies, in the order in which they are shown. */
export const TARGETS = {
  postgres: ['single-user', 'alternating-users'],
  mysql: ['dual-password'],
  mariadb: ['dual-password'],
  oauth: ['overlapping'],
} as const

export type TargetName = keyof typeof TARGETS

export interface DemoOptions {
  readonly target: TargetName
  /** All that the target has, unless some are named. */
  readonly strategies: readonly string[]
  /** Show what the handler logs, as it logs it. */
  readonly logs: boolean
  readonly help: boolean
}

export const HELP = `Rotates real credentials with the bundled Lambda handler, and proves it.

Usage: npm run demo [-- [target] [strategy] [options]]

  postgres              PostgreSQL, which comes with the dependencies (the default)
    single-user         only the password of one user, changed in place, with the gap measured
    alternating-users   only two users in turn, changed by an admin, without a failed query
                        (without either, both are shown, one after the other)
  mysql                 MySQL, or MariaDB where MySQL is not on this machine
    dual-password       two passwords of one account, changed by an admin, without a failed query
  mariadb               the same on MariaDB
  oauth                 a client of an authorization server that runs in the demo itself
    overlapping         a second client secret beside the first, without a refused token

  --logs   show what the handler logs
  --help   show this text

It starts the server and a local Secrets Manager on free loopback ports, needs no AWS account, and removes
everything when it ends. As root it runs the server as the system account \`postgres\`, which it adds when it
is missing.

Ends with 0 when the proof held, 1 when it did not or there is no such server, 2 for what it does not know.
`

const isTarget = (word: string): word is TargetName => Object.hasOwn(TARGETS, word)

/** Answers what is wrong as text. */
export function parseOptions(args: readonly string[]): DemoOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        logs: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const targets = positionals.filter(isTarget)
    if (targets.length > 1) return `the demo shows one target at a time, not ${targets.join(' and ')}`
    const target = targets[0] ?? 'postgres'
    const known: readonly string[] = TARGETS[target]
    const words = positionals.filter((word) => !isTarget(word))
    const unknown = words.find((word) => !known.includes(word))
    if (unknown !== undefined)
      return `'${unknown}' is no strategy of the demo${target === 'postgres' ? '' : ` for ${target}`}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(' and ')}`
    const named = known.filter((strategy) => words.includes(strategy))
    return { ...values, target, strategies: named.length === 0 ? known : named }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
