import type { PostgresServer } from '../test/servers/postgres.ts'
import { type Application, codeOf, connectAs, type SignIn } from './application.ts'
import type { Display } from './display.ts'
import { countFailures, type Gap, REFUSED } from './gap.ts'

export interface Trial {
  readonly display: Display
  readonly server: PostgresServer
  readonly application: Application
  /** What the secret said before the rotation, and says now. */
  readonly before: SignIn
  readonly after: SignIn
  /** When `AWSCURRENT` was moved, in milliseconds since the epoch. */
  readonly movedAt: number
  /** Upper bound of the gap that the evidence states, in milliseconds. */
  readonly statedGapMs: number | undefined
  /** All that the handler logged. */
  readonly logs: readonly string[]
  /** No log may hold any of these. */
  readonly secrets: readonly string[]
}

/** Rejects with the first claim that does not hold. */
export async function prove(trial: Trial): Promise<void> {
  const { show } = trial.display
  for (const [claim, check] of CLAIMS)
    await show(claim, async () => ({ value: undefined, line: `${claim}: ${await check(trial)}` }))
}

type Check = (trial: Trial) => Promise<string>

const CLAIMS: readonly (readonly [claim: string, check: Check])[] = [
  ['The new password signs in', async ({ after }) => `as ${await connectAs(after)}`],
  [
    'The old password is refused',
    async ({ before }) => {
      const code = await connectAs(before).then(() => 'accepted', codeOf)
      if (code !== REFUSED) throw new Error(`the old password was not refused, but: ${code}`)
      return `SQLSTATE ${code}`
    },
  ],
  ['The gap is no longer than stated', measureGap],
  ['The application failed in the gap only', judgeApplication],
  ['The handler logged no password and no token', searchLogs],
]

async function measureGap(trial: Trial): Promise<string> {
  const { changedAt, movedAt } = await gapOf(trial)
  const stated = trial.statedGapMs
  const gapMs = Math.max(0, movedAt - changedAt)
  if (stated === undefined || Math.floor(gapMs) > stated)
    throw new Error(`the gap was ${gapMs.toFixed(0)} ms, and the evidence states ${stated ?? 'none'}`)
  return `${gapMs.toFixed(0)} ms from the server's commit to the label's move, at most ${stated} ms stated`
}

async function judgeApplication(trial: Trial): Promise<string> {
  const { queries, inside, outside } = countFailures(trial.application.queries, await gapOf(trial))
  const first = outside[0]
  if (first !== undefined)
    throw new Error(`${outside.length} queries failed outside of the gap, first with ${first.failure}`)
  return `${queries} queries, each on a new connection; ${inside} failures within the gap, 0 outside of it`
}

async function searchLogs({ logs, secrets }: Trial): Promise<string> {
  if (logs.some((line) => secrets.some((secret) => line.includes(secret))))
    throw new Error('the log of the handler holds a secret value')
  return `${logs.length} lines searched`
}

/** The server itself says when the password changed: the commit time of the role's row. */
async function gapOf({ server, after, movedAt }: Trial): Promise<Gap> {
  const [row] = await server.sql(
    `SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS ms FROM pg_authid WHERE rolname = $1`,
    { values: [after.user] },
  )
  const changedAt = row?.['ms']
  if (typeof changedAt !== 'number') throw new Error('the server does not say when the password changed')
  return { changedAt, movedAt }
}
