import pg from 'pg'
import { type MarkWords, refusalOf, type Whose, whose } from '../../../shared/database/ours.ts'
import type { Pair } from '../../../shared/database/pair.ts'
import type { Check } from '../../../shared/provider/index.ts'
import { withMark } from './mark.ts'
import type { Standing } from './standing.ts'

/** `isProven`: a stored value signs in as the user that is to be changed. */
export const whoseRoles = ({ owner, clone }: Standing, mark: string, isProven: boolean): Whose =>
  whose({ owner: owner?.marks, clone: clone?.marks }, mark, isProven)

/** Why a pair is not touched. */
export function refusedPair(
  verdict: 'shared' | 'unproven',
  pair: Pair,
  to: { readonly current: string; readonly mark: string; readonly comment: string | undefined },
): Check {
  const role = pg.escapeIdentifier(pair.clone)
  const words: MarkWords = {
    carrier: 'the comment',
    mark: `COMMENT ON ROLE ${role} IS ${pg.escapeLiteral(withMark(to.comment, to.mark))};`,
    unmark: `COMMENT ON ROLE ${role} IS NULL;`,
  }
  return refusalOf(verdict, pair, to.current, words)
}
