import type { Account } from '../account.ts'
import type { Run } from '../change.ts'
import { stores } from '../hash.ts'
import type { Row } from '../link.ts'
import { literal } from '../quote.ts'

/** What the server stores of an account, as far as an admin may read it. */
export interface View {
  readonly plugin: string
  readonly primary: Buffer
  readonly secondary: Buffer | undefined
}

/** Undefined: there is no such account. Needs SELECT on `mysql.user`. */
export async function viewOf(run: Run, { user, host }: Account): Promise<View | undefined> {
  const [row] = await run(`${KEPT} WHERE user = ${literal(user)} AND host = ${literal(host)}`)
  return row && viewOfRow(row)
}

/** Of every account of the user, for whatever host. */
export const viewsOf = async (run: Run, user: string): Promise<readonly View[]> =>
  (await run(`${KEPT} WHERE user = ${literal(user)}`)).map(viewOfRow)

const KEPT = `SELECT plugin, HEX(authentication_string) AS first, HEX(user_attributes->>'$.additional_password') AS second
     FROM mysql.user`

function viewOfRow(row: Row): View {
  const bytes = (value: unknown): Buffer | undefined =>
    typeof value === 'string' && value !== '' ? Buffer.from(value, 'hex') : undefined
  return {
    plugin: String(row['plugin']),
    primary: bytes(row['first']) ?? Buffer.alloc(0),
    secondary: bytes(row['second']),
  }
}

/** Which of the two the password is, found without a sign-in. */
export function placeOf(
  { plugin, primary, secondary }: View,
  password: string,
): 'primary' | 'secondary' | 'neither' {
  if (stores(plugin, primary, password) === true) return 'primary'
  return secondary !== undefined && stores(plugin, secondary, password) === true ? 'secondary' : 'neither'
}

/** Plugins that keep a password of the server's, and whose hashes can be compared. */
export const KNOWN_PLUGINS: readonly string[] = [
  'caching_sha2_password',
  'mysql_native_password',
  'sha256_password',
]
