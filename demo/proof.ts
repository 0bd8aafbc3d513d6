import type { PostgresServer } from '../test/servers/postgres.ts'
import type { Query } from './application.ts'
import type { Display } from './display.ts'
import type { Evidence } from './handler-log.ts'
import { connectAs, type SignIn } from './sign-in.ts'

/** All that a claim may be judged by. */
export interface Trial {
  readonly server: PostgresServer
  /** Of the application, before, during and after the rotation. */
  readonly queries: readonly Query[]
  /** What the secret said before the rotation, and says now. */
  readonly before: SignIn
  readonly after: SignIn
  /** When `AWSCURRENT` was moved, in milliseconds since the epoch. */
  readonly movedAt: number
  readonly evidence: Evidence
  /** All that the handler logged. */
  readonly logs: readonly string[]
  /** No log may hold any of these. */
  readonly secrets: readonly string[]
}

export interface Claim {
  readonly claim: string
  /** Answers what was seen. Rejects when the claim does not hold. */
  check(trial: Trial): Promise<string>
}

/** Rejects with the first claim that does not hold. */
export async function prove({ show }: Display, claims: readonly Claim[], trial: Trial): Promise<void> {
  for (const { claim, check } of claims)
    await show(claim, async () => ({ value: undefined, line: `${claim}: ${await check(trial)}` }))
}

export const NEW_SIGNS_IN: Claim = {
  claim: 'The new password signs in',
  check: async ({ after }) => `as ${await connectAs(after)}`,
}

export const NOTHING_LOGGED: Claim = {
  claim: 'The handler logged no password and no token',
  async check({ logs, secrets }) {
    if (logs.some((line) => secrets.some((secret) => line.includes(secret))))
      throw new Error('the log of the handler holds a secret value')
    return `${logs.length} lines searched`
  },
}
