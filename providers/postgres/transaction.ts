import type { Budget } from '../../shared/network/budget.ts'
import { type Ask, askOver } from './alternating/ask.ts'
import { PostgresFailure } from './failure.ts'
import type { Link } from './link.ts'

/**
 * Runs `work` in one transaction, with the server's own time limits. Rejects when it cannot say what happened; then, as
 * after any rejection of `work`, the server has undone it unless the commit had arrived.
 */
export async function inTransaction<T>(link: Link, time: Budget, work: (ask: Ask) => Promise<T>): Promise<T> {
  const ask = askOver(link, time.clientMs)
  await ask('BEGIN READ WRITE')
  let result: T
  try {
    await ask(`SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)`, [
      String(time.statementMs),
      String(time.lockMs),
    ])
    result = await work(ask)
  } catch (error) {
    if (link.isAlive) await ask('ROLLBACK')
    throw error
  }
  const { command } = await link.run('COMMIT', { timeoutMs: time.clientMs })
  if (command !== 'COMMIT') throw new PostgresFailure('protocol', 'the server rolled the change back')
  return result
}
