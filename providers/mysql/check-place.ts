import { pooledAdmin } from '../../shared/database/refusal.ts'
import { QuarterturnError } from '../../shared/provider/index.ts'
import type { Seat } from './seats.ts'
import type { Server } from './server.ts'

/**
 * Rejects where somebody stands between us and the server: the thread that answers is then another one than the greeting named.
 * A pooler keeps passwords of its own and shares the session that holds the lock.
 */
export function refusePooler({ link, server }: Seat): void {
  const { thread } = server
  // The greeting has the lower 32 bits.
  if (thread === undefined || Number(BigInt.asUintN(32, thread)) !== link.threadId)
    throw pooledAdmin('ProxySQL, MaxScale or RDS Proxy')
}

export function refuseReadOnly({ isReadOnly }: Server): void {
  if (isReadOnly)
    throw new QuarterturnError('TARGET_READ_ONLY', {
      problem: '`host` is a replica, a reader endpoint, or a server that is set to read_only',
    })
}
