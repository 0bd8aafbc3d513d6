/**
 * Text as a literal of SQL, for a session whose `sql_mode` was emptied (`settle.ts`): the backslash escapes, and a quote is
 * doubled. The driver's own escaping is not used: it writes `\'`, which ends the literal under NO_BACKSLASH_ESCAPES.
 */
export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** Bytes as a literal of SQL. */
export const hexLiteral = (bytes: Buffer): string => `0x${bytes.toString('hex')}`

/** A name as people write it into a statement: `app`. */
export const shown = (name: string): string => `\`${name.replaceAll('`', '``')}\``
