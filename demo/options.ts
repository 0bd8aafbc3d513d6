import { parseArgs } from 'node:util'

/** What can be shown, in the order in which it is. */
export const STRATEGIES = ['single-user', 'alternating-users'] as const
export type Strategy = (typeof STRATEGIES)[number]

export interface DemoOptions {
  /** All of them, unless some are named. */
  readonly strategies: readonly Strategy[]
  /** Show what the handler logs, as it logs it. */
  readonly logs: boolean
  readonly help: boolean
}

export const HELP = `Rotates real PostgreSQL passwords with the bundled Lambda handler, and proves it.

Usage: npm run demo [-- [strategy] [options]]

  single-user         only the password of one user, changed in place, with the gap measured
  alternating-users   only two users in turn, changed by an admin, without a failed query
                      (without either, both are shown, one after the other)

  --logs   show what the handler logs
  --help   show this text

It starts a PostgreSQL server and a local Secrets Manager on free loopback ports, needs no AWS account,
and removes everything when it ends. As root it runs the server as the system account \`postgres\`, which it
adds when it is missing.

Ends with 0 when the proof held, 1 when it did not, 2 for what it does not know.
`

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
    const unknown = positionals.find((name) => !STRATEGIES.some((strategy) => strategy === name))
    if (unknown !== undefined)
      return `'${unknown}' is no strategy of the demo; there are ${STRATEGIES.join(' and ')}`
    const named = STRATEGIES.filter((strategy) => positionals.includes(strategy))
    return { ...values, strategies: named.length === 0 ? STRATEGIES : named }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
