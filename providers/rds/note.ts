import { createHmac } from 'node:crypto'
import type { RdsSecret } from './schema.ts'

/** Put on an instance or cluster by its owner: the ARN of the secret that may change its admin user. */
export const BINDING = 'quarterturn:secret'
/** Put there by us: which value was the last that RDS has taken, and when. */
export const APPLIED = 'quarterturn:applied'

/** After a value without a key was set again: nothing can be told of it. */
const TAKEN_BACK = 'taken-back'

/** What the value is noted for. */
export interface Place {
  readonly secretArn: string
  /** RDS gives no other server the same one, whatever it is called and whatever tags it is restored with. */
  readonly resourceId: string
}

export interface Note {
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * The value as it stands in the tag, which everybody who may list tags can read. It says nothing without the key, and the key is
 * in the secret, beside the password itself.
 */
export function noteFor(
  { password, username, changeKey }: RdsSecret,
  { secretArn, resourceId }: Place,
): string {
  if (changeKey === undefined) return TAKEN_BACK
  const parts = JSON.stringify([secretArn, resourceId, username, password])
  return createHmac('sha256', changeKey).update(parts, 'utf8').digest('hex').slice(0, 32)
}

export const noteText = ({ value, at }: Note): string => `${value} ${new Date(at).toISOString()}`

/** `none`: no value is noted. `unreadable`: somebody else wrote it. */
export function readNote(text: string | undefined): Note | 'none' | 'unreadable' {
  if (text === undefined || text === '') return 'none'
  const [value = '', time = ''] = text.split(' ')
  const at = Date.parse(time)
  if (!/^([0-9a-f]{32}|taken-back)$/.test(value) || Number.isNaN(at)) return 'unreadable'
  return { value, at }
}

/** Of a note that names no value. */
export const isTakenBack = ({ value }: Note): boolean => value === TAKEN_BACK
