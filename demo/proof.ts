import type { Query } from './application.ts'
import type { Display } from './display.ts'
import type { Evidence } from './handler-log.ts'
import { connectAs, type SignIn } from './sign-in.ts'
import type { DemoServer } from './stage.ts'

/** All that a claim may be judged by. */
export interface Trial<Server extends DemoServer = DemoServer> {
  readonly server: Server
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

export interface Claim<Server extends DemoServer = DemoServer> {
  readonly claim: string
  /** Answers what was seen. Rejects when the claim does not hold. */
  check(trial: Trial<Server>): Promise<string>
}

/** Rejects with the first claim that does not hold. */
export async function prove<Server extends DemoServer>(
  { show }: Display,
  claims: readonly Claim<Server>[],
  trial: Trial<Server>,
): Promise<void> {
  for (const one of claims)
    await show(one.claim, async () => ({ value: undefined, line: `${one.claim}: ${await one.check(trial)}` }))
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

/** Throws when a query of the application failed. */
export function requireNoFailure(queries: readonly Query[]): void {
  const [first, ...more] = queries.filter(({ failure }) => failure !== undefined)
  if (first !== undefined)
    throw new Error(`${more.length + 1} of ${queries.length} queries failed, first with ${first.failure}`)
}
