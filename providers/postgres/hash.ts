import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** Where our own sign-in stops: a second or less of work, a hundred times what is usual. */
export const MAX_SCRAM_ITERATIONS = 1_000_000

export interface ScramSettings {
  /** 16 bytes, fresh for each verifier. */
  readonly salt: Uint8Array
  /** As the server would take: `scram_iterations`, 4096 where there is no such setting. */
  readonly iterations: number
}

/**
 * What PostgreSQL stores for a password under `scram-sha-256`. The server takes a string of this form as it is, so
 * the password itself stays out of the statement and with it out of the server's log.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5802#section-3 and https://www.rfc-editor.org/rfc/rfc7677
 */
export async function scramVerifier(password: string, { salt, iterations }: ScramSettings): Promise<string> {
  const salted = await derive(saslPrep(password), salt, iterations, 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`
}

/** What PostgreSQL stores under `md5`: the user name is the salt. */
export const md5Hash = (password: string, username: string): string =>
  `md5${createHash('md5')
    .update(password + username, 'utf8')
    .digest('hex')}`

/** Whether the server would store the text as it is instead of hashing it. */
export const looksHashed = (text: string): boolean => /^(md5[0-9a-f]{32}$|SCRAM-SHA-256\$)/.test(text)

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/**
 * The mapping and normalising of RFC 4013, which leaves ASCII as it is. Prohibited characters are let through, as
 * PostgreSQL and its drivers do: a password that is in force has to be hashed as it signs in.
 */
function saslPrep(password: string): string {
  return password
    .replace(/[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g, ' ')
    .replace(/\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/g, '')
    .normalize('NFKC')
}
