import { createHash, hash } from 'node:crypto'

const sha1 = (bytes: Buffer | string): Buffer => createHash('sha1').update(bytes).digest()

/**
 * What `mysql_native_password` stores: the server takes it as it is, so the password itself stays out of the statement and
 * with it out of MariaDB's logs, which hold statements as they came.
 *
 * @see https://mariadb.com/docs/server/reference/plugins/authentication-plugins/authentication-plugin-mysql_native_password
 */
export const nativeHash = (password: string): string =>
  `*${sha1(sha1(Buffer.from(password, 'utf8')))
    .toString('hex')
    .toUpperCase()}`

/**
 * Whether MySQL stores this for the password. Undefined: a plugin or a form that is not known here.
 *
 * @see https://dev.mysql.com/doc/refman/8.4/en/caching-sha2-pluggable-authentication.html
 */
export function stores(plugin: string, stored: Buffer, password: string): boolean | undefined {
  if (plugin === 'mysql_native_password')
    return /^\*[0-9A-F]{40}$/i.test(stored.toString('latin1'))
      ? stored.toString('latin1').toUpperCase() === nativeHash(password)
      : undefined
  const parts =
    plugin === 'caching_sha2_password'
      ? cachingSha2(stored)
      : plugin === 'sha256_password'
        ? sha256(stored)
        : undefined
  return parts && sha256Crypt(password, parts.salt, parts.rounds) === parts.digest
}

interface Parts {
  readonly rounds: number
  readonly salt: Buffer
  readonly digest: string
}

const MAX_ROUNDS = 1_000_000

/** `$A$`, thousands of rounds in three hexadecimal digits, `$`, 20 bytes of salt, 43 characters. */
function cachingSha2(stored: Buffer): Parts | undefined {
  const rounds =
    Number.parseInt(/^\$A\$([0-9A-F]{3})\$/i.exec(stored.toString('latin1', 0, 7))?.[1] ?? '', 16) * 1000
  return stored.length === 70 && rounds >= 1000 && rounds <= MAX_ROUNDS
    ? { rounds, salt: stored.subarray(7, 27), digest: stored.toString('latin1', 27) }
    : undefined
}

/** `$5$`, 20 bytes of salt, `$`, 43 characters. */
function sha256(stored: Buffer): Parts | undefined {
  return stored.length === 67 && stored.toString('latin1', 0, 3) === '$5$' && stored[23] === 0x24
    ? { rounds: 5000, salt: stored.subarray(3, 23), digest: stored.toString('latin1', 24) }
    : undefined
}

/**
 * The hash of crypt(3) with SHA-256, as far as MySQL uses it: the whole salt counts, 20 bytes.
 *
 * @see https://www.akkadia.org/drepper/SHA-crypt.txt
 */
export function sha256Crypt(password: string, salt: Buffer, rounds: number): string {
  const key = Buffer.from(password, 'utf8')
  const digest = (...parts: readonly Buffer[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer')
  const stretched = (block: Buffer, length: number): Buffer =>
    Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, () => block)).subarray(0, length)

  const other = digest(key, salt, key)
  const mixed: Buffer[] = [key, salt, stretched(other, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) mixed.push(bits & 1 ? other : key)
  let sum = digest(...mixed)
  const keys = stretched(digest(...Array.from({ length: key.length }, () => key)), key.length)
  const salts = stretched(digest(...Array.from({ length: 16 + (sum[0] ?? 0) }, () => salt)), salt.length)
  const blocks = Array.from({ length: 42 }, (_, round) => blockOf(round, keys, salts, sum.length))
  for (let round = 0; round < rounds; round += 1) {
    const block = blocks[round % 42]
    if (block === undefined) break
    sum.copy(block.bytes, block.at)
    sum = hash('sha256', block.bytes, 'buffer')
  }
  return encoded(sum)
}

/** What a round hashes, and where in it the sum of the round before goes. It repeats every 2 × 3 × 7 rounds. */
function blockOf(round: number, keys: Buffer, salts: Buffer, sumLength: number) {
  const between = Buffer.concat([round % 3 === 0 ? NOTHING : salts, round % 7 === 0 ? NOTHING : keys])
  const sum = Buffer.alloc(sumLength)
  return round % 2 === 1
    ? { bytes: Buffer.concat([keys, between, sum]), at: keys.length + between.length }
    : { bytes: Buffer.concat([sum, between, keys]), at: 0 }
}

const NOTHING = Buffer.alloc(0)

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Three bytes, 10 apart in turn, make four characters; the last two bytes make three. */
function encoded(sum: Buffer): string {
  let text = ''
  const put = (value: number, characters: number): void => {
    for (let at = 0; at < characters; at += 1) text += ALPHABET[(value >> (6 * at)) & 63]
  }
  const byte = (at: number): number => sum[at] ?? 0
  let [a, b, c] = [0, 10, 20]
  for (let group = 0; group < 10; group += 1) {
    put((byte(a) << 16) | (byte(b) << 8) | byte(c), 4)
    ;[a, b, c] = [c + 1, a + 1, b + 1]
  }
  put((byte(31) << 8) | byte(30), 3)
  return text
}
