/** One account of the pair, or a role, as the server stores it. */
import type { Account } from '../account.ts'
import type { Option } from './options.ts'
import type { Right } from './rights.ts'

/** What a row of `mysql.user` or `mysql.global_priv` says. */
export interface Stored {
  readonly account: Account
  /** Privileges on `*.*` and partial revokes. */
  readonly rights: readonly Right[]
  readonly options: readonly Option[]
  /** What somebody noted with `ATTRIBUTE` or `COMMENT`, by key, as JSON. Our mark is not among it. */
  readonly notes: Readonly<Record<string, string>>
  readonly marks: readonly string[]
  /** The plugin that signs it in, or several. */
  readonly plugins: readonly string[]
  readonly isLocked: boolean
  readonly isExpired: boolean
  /** What cannot be compared or copied, in words. */
  readonly odd: readonly string[]
  /** The default role where the row says it. */
  readonly defaultRoles: readonly string[]
}
