/** Whose the pair is: by the mark that the clone carries, or by a stored value that signs in as the other user. */
import pg from 'pg'
import type { Check } from '../../../shared/provider/index.ts'
import { withMark } from './mark.ts'
import { isClone, type Pair } from './pair.ts'
import type { Standing } from './standing.ts'

export type Whose =
  /** The clone is not there yet, or carries our mark, or the other user was proven. */
  | 'ours'
  /** It carries the mark of another secret. */
  | 'shared'
  /** Only a stored value of the other user can tell. */
  | 'unproven'

/** `isProven`: a stored value signs in as the user that is to be changed. */
export function whose({ owner, clone }: Standing, mark: string, isProven: boolean): Whose {
  const marks = [...(owner?.marks ?? []), ...(clone?.marks ?? [])]
  if (marks.some((one) => one !== mark)) return 'shared'
  if (clone === undefined || clone.marks.includes(mark)) return 'ours'
  return isProven ? 'ours' : 'unproven'
}

/** Why a pair is not touched. */
export function refusalOf(
  verdict: 'shared' | 'unproven',
  { owner, clone }: Pair,
  to: { readonly current: string; readonly mark: string; readonly comment: string | undefined },
): Check {
  const role = pg.escapeIdentifier(clone)
  if (verdict === 'shared')
    return {
      possible: false,
      code: 'ACCOUNT_SHARED',
      missing: [
        {
          privilege: `the comment of ${owner} or ${clone} has the mark of another secret, and two secrets must not share a user`,
          remedy: `delete one of the secrets; if the other is gone already, take its mark away: COMMENT ON ROLE ${role} IS NULL;`,
        },
      ],
    }
  const statement = `COMMENT ON ROLE ${role} IS ${pg.escapeLiteral(withMark(to.comment, to.mark))};`
  const isOddName = isClone(to.current)
  return {
    possible: false,
    code: isOddName ? 'ACCOUNT_REFUSED' : 'ACCOUNT_NOT_OURS',
    needsPrevious: true,
    missing: [
      {
        privilege: isOddName
          ? `the name of the current user ends in ${clone.slice(owner.length)}, and nothing shows that ${owner} is its pair: no mark, and no value under AWSPREVIOUS that signs in as ${owner}`
          : `${clone} exists already and nothing shows that it is of this secret: no mark, and no value under AWSPREVIOUS that signs in as it`,
        remedy: isOddName
          ? `use the strategy \`single-user\`, or, if the two are a pair, say so at the server: ${statement}`
          : `rename it, or, if nobody else uses it, say so at the server: ${statement}`,
      },
    ],
  }
}
