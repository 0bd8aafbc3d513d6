import { parseArgs } from 'node:util'

export interface DemoOptions {
  /** Show what the handler logs, as it logs it. */
  readonly logs: boolean
  readonly help: boolean
}

export const HELP = `Rotates the password of a real PostgreSQL user with the bundled Lambda handler, and proves it.

Usage: npm run demo [-- options]

  --logs   show what the handler logs
  --help   show this text

It starts a PostgreSQL server and a local Secrets Manager on free loopback ports, needs no AWS account,
and removes everything when it ends. As root it runs the server as the system account \`postgres\`, which it
adds when it is missing.

Ends with 0 when the proof held, 1 when it did not, 2 for options it does not know.
`

/** Answers what is wrong as text. */
export function parseOptions(args: readonly string[]): DemoOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        logs: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
