/**
 * What tells whose clone an account is. MySQL keeps it in the account's ATTRIBUTE; MariaDB has nothing of the kind, so
 * there it is a role without rights that the account was granted.
 */
export const MARK_KEY = 'quarterturn'

const ROLE = /^`quarterturn:([0-9a-f]{32})`$/

export const markerRole = (mark: string): string => `\`${MARK_KEY}:${mark}\``

/** The mark that a role stands for, by its name as GRANT takes it. */
export const markIn = (role: string): string | undefined => ROLE.exec(role)?.[1]
