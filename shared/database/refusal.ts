import { type ErrorCode, QuarterturnError, type Verdict, type Who } from '../provider/index.ts'

export type Refusal = Exclude<Verdict, { verdict: 'accepted' }>

/** The error for a sign-in that an operation needed and did not get. */
export function signInError(refusal: Refusal, as: Who): QuarterturnError {
  const code: ErrorCode =
    refusal.verdict === 'rejected'
      ? (REFUSED[as] ?? 'CURRENT_REFUSED')
      : (refusal.code ?? 'TARGET_UNREACHABLE')
  return new QuarterturnError(code, {
    problem: `signing in with the ${as} credential failed: ${refusal.reason ?? refusal.verdict}`,
    fields: { credential: as },
  })
}

const REFUSED: { readonly [W in Who]?: ErrorCode } = {
  pending: 'PENDING_REFUSED',
  // It was accepted a moment ago.
  admin: 'ADMIN_ROTATING',
}
