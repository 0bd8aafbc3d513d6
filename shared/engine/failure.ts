import { ERRORS, type ErrorCode, QuarterturnError } from '../errors/index.ts'
import type { Verdict } from '../provider/contract.ts'
import type { StepContext } from './context.ts'
import { accountOf } from './event.ts'
import { LONGEST_INVOCATION_MS } from './mint-work.ts'

/** What went wrong, in the words of this rotation; the code's own description where nothing more is known. */
const PROBLEMS: { readonly [C in ErrorCode]?: (c: StepContext) => string } = {
  ROTATION_DISABLED: () => 'rotation is turned off for the secret',
  TOKEN_NOT_PENDING: (c) => `version ${c.token} does not hold AWSPENDING, or is no version of the secret`,
  PENDING_MISSING: (c) => `version ${c.token} holds AWSPENDING and no value`,
  ACCOUNT_MISMATCH: (c) => mismatch(c),
  NOT_SET: (c) => `version ${c.token} was not set by this function`,
  PENDING_SUPERSEDED: () => 'the pending value was overtaken by another rotation',
  PENDING_UNUSABLE: (c) => `the target refuses the pending value: ${c.reason ?? 'no reason given'}`,
  CHANGE_IN_PROGRESS: () => 'the target has taken the change and has not finished it',
  PENDING_REFUSED: (c) =>
    `the target refuses to sign in with the pending credential${because(c.verdicts.pending)}`,
  CONSUMER_REFUSED: (c) =>
    `${c.versions.own?.consumer?.host} refuses the credential that ${c.versions.admin?.server?.host ?? 'the writer'} takes${because(c.consumerVerdict)}`,
  CURRENT_REFUSED: (c) => `the target refuses the credential of AWSCURRENT${because(c.verdicts.current)}`,
  CURRENT_MOVED: () => 'AWSCURRENT is on another version than when the step began',
  CANDIDATE_MOVED: () => 'QUARTERTURN_CANDIDATE is on another version than when it was read',
  ADMIN_ROTATING: (c) => `the target refuses the credential of the admin secret${because(c.verdicts.admin)}`,
  ADMIN_REFUSED: (c) => c.reason ?? 'the admin must not be used',
  ACCOUNT_REFUSED: (c) => c.reason ?? 'the account must not be rotated so',
  ACCOUNT_NOT_OURS: (c) => c.reason ?? 'the alternate account is not known to be ours',
  ACCOUNT_SHARED: (c) => c.reason ?? 'the account carries the mark of another secret',
  RETIREMENT_UNKNOWN: (c) => `there is no schedule of ours that is due for version ${c.token}`,
  RETIREMENT_IMPOSSIBLE: (c) =>
    `the target does not retire the old credential: ${c.reason ?? 'no reason given'}`,
  OVERLAP_CUT: (c) =>
    c.overlapNote ??
    `AWSCURRENT is younger than ${c.policy.minimumOverlapMs / 1_000} s and another credential is on AWSPREVIOUS`,
  ROTATIONS_STOPPED: (c) => `QUARTERTURN_STOP holds rotations of the account ${accountOf(c.arn)}`,
  ACCOUNT_PAUSED: (c) => `steps of the account ${accountOf(c.arn)} failed slowly, several in a row`,
  PRIVILEGE_MISSING: (c) => `a privilege is missing: ${c.reason ?? 'not named'}`,
  RIGHTS_DIFFER: (c) => `the rights of the two accounts differ: ${c.reason ?? 'not named'}`,
  MINT_FULL: (c) =>
    `the target issues no further credential${c.reason === undefined ? ': as many live as may' : `: ${c.reason}`}`,
  MINT_STARTED: (c) => started(c),
  MINT_DECLINED: (c) => `the target issues no credential now: ${c.reason ?? 'no reason given'}`,
  MINT_UNUSABLE: (c) => `what the target issued cannot be used: ${c.reason ?? 'no reason given'}`,
  MINT_REFUSED: (c) =>
    `the target refuses to sign in with the credential that it issued${because(c.verdicts.pending)}`,
  PRIMARY_NOT_CURRENT: () => 'the target compares with another password than that of AWSCURRENT',
}

/** The error that a decision to fail ends in. A verdict's own code and reason go before the general ones. */
export function failureOf(code: ErrorCode, c: StepContext): QuarterturnError {
  if (code === 'AWS_UNAVAILABLE') return c.awsError(c.cause, 'UpdateSecretVersionStage')
  const inconclusive = inconclusiveVerdict(code, c)
  const actual = inconclusive?.code ?? (code === 'PRIVILEGE_MISSING' ? c.checkCode : undefined) ?? code
  const problem =
    inconclusive?.reason ??
    PROBLEMS[actual]?.(c) ??
    ERRORS[code].when.replace(/\.$/, '').replace(/^[A-Z]/, (a) => a.toLowerCase())
  return new QuarterturnError(actual, {
    problem,
    ...(c.remedy ? { remedy: c.remedy } : {}),
    ...(c.cause === undefined ? {} : { cause: c.cause }),
  })
}

function inconclusiveVerdict(
  code: ErrorCode,
  c: StepContext,
): { code: ErrorCode; reason: string } | undefined {
  if (code !== 'CREDENTIAL_BARRED' && code !== 'TARGET_UNREACHABLE' && code !== 'NOT_PASSWORD_AUTH')
    return undefined
  const last = c.lastVerdict
  if (last === undefined || last.verdict === 'accepted' || last.verdict === 'rejected') return undefined
  return { code: last.code ?? code, reason: last.reason }
}

const because = (verdict: Verdict | undefined): string =>
  verdict?.verdict === 'rejected' && verdict.reason !== undefined ? ` (${verdict.reason})` : ''

/** When somebody looks what became of it, and how long there is for that where the old credential goes on for a while. */
function started({ lastChangedAt, mints, token, provider }: StepContext): string {
  const what = 'an invocation began to have a credential issued and has not stored it'
  if (lastChangedAt === undefined) return what
  const at = (time: number): string => new Date(time).toISOString()
  const { graceMs, firstUseStartsGrace } = provider?.capabilities.mint ?? {}
  const expires =
    mints.holder === token && graceMs !== undefined && firstUseStartsGrace !== true
      ? `; the credential of AWSCURRENT expires at ${at(lastChangedAt + graceMs)} at the earliest`
      : ''
  return `${what}; what became of it is seen from ${at(lastChangedAt + LONGEST_INVOCATION_MS)} on${expires}`
}

function mismatch(c: StepContext): string {
  const { own, current } = c.versions
  const what = own?.account === current?.account ? 'host, port, database or TLS setting' : 'account'
  return `the pending version names another ${what} than AWSCURRENT`
}

/** The error with its place: the step, and the secret and token in its remedy. */
export function place(
  error: QuarterturnError,
  where: { step: string; secret: string; token: string },
): QuarterturnError {
  const fill = (text: string): string =>
    text.replaceAll('{secret}', where.secret).replaceAll('{token}', where.token)
  return new QuarterturnError(error.code, {
    problem: fill(error.problem),
    remedy: fill(error.remedy),
    step: error.step ?? where.step,
    fields: error.fields,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  })
}
