/** What tells whose clone a role is: a word in the role's comment, which everybody may read. */

const MARK = /\bquarterturn:([0-9a-f]{32})\b/g

/** The marks in a comment; more than one only when somebody put them there. */
export const marksIn = (comment: unknown): readonly string[] =>
  typeof comment === 'string' ? [...comment.matchAll(MARK)].map(([, mark = '']) => mark) : []

/** The comment with the mark added; what somebody else wrote stays. */
export const withMark = (comment: unknown, mark: string): string =>
  [typeof comment === 'string' ? comment.trim() : '', `quarterturn:${mark}`].filter(Boolean).join(' ')
