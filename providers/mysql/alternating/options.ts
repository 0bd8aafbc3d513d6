/** How an account may sign in and how much of the server it may use: everything in CREATE USER but its rights. Pure. */
import { literal } from '../quote.ts'

export interface Option {
  /** What it is called; one account has one of each. */
  readonly name: string
  /** As `ALTER USER` takes it. */
  readonly clause: string
}

const REQUIRE = 'REQUIRE'

/** What the certificate of a client must have. */
export interface Requirement {
  readonly kind: 'none' | 'ssl' | 'x509' | 'specified'
  readonly issuer: string
  readonly subject: string
  readonly cipher: string
}

export function requirement({ kind, issuer, subject, cipher }: Requirement): Option {
  if (kind === 'none') return { name: REQUIRE, clause: 'REQUIRE NONE' }
  if (kind === 'ssl') return { name: REQUIRE, clause: 'REQUIRE SSL' }
  if (kind === 'x509') return { name: REQUIRE, clause: 'REQUIRE X509' }
  const parts = Object.entries({ ISSUER: issuer, SUBJECT: subject, CIPHER: cipher })
    .filter(([, value]) => value !== '')
    .map(([word, value]) => `${word} ${literal(value)}`)
  return { name: REQUIRE, clause: `REQUIRE ${parts.join(' AND ')}` }
}

export const limit = (name: string, value: unknown): Option => ({
  name,
  clause: `WITH ${name} ${Number(value ?? 0)}`,
})

/** `days`: undefined for what the server has set, 0 for never. */
export const lifetime = (days: number | undefined): Option => ({
  name: 'PASSWORD EXPIRE',
  clause: `PASSWORD EXPIRE ${days === undefined ? 'DEFAULT' : days === 0 ? 'NEVER' : `INTERVAL ${days} DAY`}`,
})

/** What the clone has otherwise than the owner, in the owner's words; the names of both lists are the same. */
export const differing = (
  wanted: readonly Option[],
  present: readonly Option[],
): readonly { readonly wanted: Option; readonly present: Option }[] =>
  wanted.flatMap((one) => {
    const other = present.find(({ name }) => name === one.name)
    return other === undefined || other.clause === one.clause ? [] : [{ wanted: one, present: other }]
  })
