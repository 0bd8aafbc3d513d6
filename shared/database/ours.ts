/** Whose a pair is: by the mark that the clone carries, or by a stored value that is the password of the other user. */
import { type Check, QuarterturnError } from '../provider/index.ts'
import { CLONE_SUFFIX, isClone, type Pair } from './pair.ts'

export type Whose =
  /** The clone is not there yet, or carries our mark, or the other user was proven. */
  | 'ours'
  /** It carries the mark of another secret. */
  | 'shared'
  /** Only a stored value of the other user can tell. */
  | 'unproven'

/** The marks that the two carry. Undefined: there is no such user. */
export interface Marks {
  readonly owner: readonly string[] | undefined
  readonly clone: readonly string[] | undefined
}

/** `isProven`: a stored value is the password of the user that is to be changed. */
export function whose({ owner, clone }: Marks, mark: string, isProven: boolean): Whose {
  if ([...(owner ?? []), ...(clone ?? [])].some((one) => one !== mark)) return 'shared'
  if (clone === undefined || clone.includes(mark)) return 'ours'
  return isProven ? 'ours' : 'unproven'
}

/** How marks are put at this target. */
export interface MarkWords {
  /** What carries it: `the comment`. */
  readonly carrier: string
  /** Statements for whoever administers the server. */
  readonly mark: string
  readonly unmark: string
}

/** Why a pair is not touched. `current` is the user of AWSCURRENT. */
export function refusalOf(
  verdict: 'shared' | 'unproven',
  { owner, clone }: Pair,
  current: string,
  { carrier, mark, unmark }: MarkWords,
): Check {
  if (verdict === 'shared')
    return {
      possible: false,
      code: 'ACCOUNT_SHARED',
      missing: [
        {
          privilege: `${carrier} of ${owner} or ${clone} has the mark of another secret, and two secrets must not share a user`,
          remedy: `delete one of the secrets; if the other is gone already, take its mark away: ${unmark}`,
        },
      ],
    }
  const isOddName = isClone(current)
  return {
    possible: false,
    code: isOddName ? 'ACCOUNT_REFUSED' : 'ACCOUNT_NOT_OURS',
    needsPrevious: true,
    missing: [
      {
        privilege: isOddName
          ? `the name of the current user ends in ${CLONE_SUFFIX}, and nothing shows that ${owner} is its pair: no mark, and no value under AWSPREVIOUS that signs in as ${owner}`
          : `${clone} exists already and nothing shows that it is of this secret: no mark, and no value under AWSPREVIOUS that signs in as it`,
        remedy: isOddName
          ? `use the strategy \`single-user\`, or, if the two are a pair, say so at the server: ${mark}`
          : `rename it, or, if nobody else uses it, say so at the server: ${mark}`,
      },
    ],
  }
}

/** The same as an error, for an operation that finds it out by itself. */
export const errorOf = ({ code = 'ACCOUNT_NOT_OURS', missing }: Check): QuarterturnError =>
  new QuarterturnError(code, {
    problem: missing.map(({ privilege }) => privilege).join('; '),
    remedy: missing.map(({ remedy }) => remedy).join('; '),
  })
