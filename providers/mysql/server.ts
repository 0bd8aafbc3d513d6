import { type Account, accountOf } from './account.ts'
import type { Row } from './link.ts'

/** What a session says about itself and its server. */
export interface Server {
  /** The row of `mysql.user` that let us in. */
  readonly account: Account | undefined
  readonly isMariaDb: boolean
  /** Major, minor and patch. */
  readonly version: readonly number[]
  /** A replica, a reader, or a server that was set to read-only. */
  readonly isReadOnly: boolean
  /** The thread that serves this session. A number of 64 bits, of which the protocol's greeting has the lower 32. */
  readonly thread: bigint | undefined
}

/** Works in a session that has not been settled, and without any privilege. */
export const WHO_AND_WHERE =
  'SELECT CURRENT_USER() AS account, VERSION() AS version, @@global.read_only AS off, @@global.innodb_read_only AS reader, @@pseudo_thread_id AS thread'

export function serverOf(row: Row | undefined): Server {
  const { account, version, off, reader, thread } = row ?? {}
  const text = String(version)
  const isOn = (value: unknown): boolean => !['0', 'OFF'].includes(String(value))
  return {
    account: accountOf(account),
    isMariaDb: /mariadb/i.test(text),
    version: (/^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number),
    isReadOnly: isOn(off) || isOn(reader),
    thread: /^\d{1,20}$/.test(String(thread)) ? BigInt(String(thread)) : undefined,
  }
}

/** Two passwords of one account: https://dev.mysql.com/doc/refman/8.4/en/password-management.html#dual-passwords */
export const knowsTwoPasswords = (server: Server): boolean =>
  isAtLeast(server, server.isMariaDb ? [10, 4, 0] : [8, 0, 14])

export function isAtLeast({ version }: Server, least: readonly number[]): boolean {
  for (const [at, part] of least.entries()) {
    const own = version[at] ?? 0
    if (own !== part) return own > part
  }
  return true
}
