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

/** Between us and the server of the admin secret stands `what`: names of products. */
export const pooledAdmin = (what: string): QuarterturnError =>
  new QuarterturnError('ADMIN_INVALID', {
    problem: `\`host\` of the admin secret is a pooler or a proxy, such as ${what}`,
    remedy:
      'put the server itself into `host` of the admin secret, and into `adminHost` and `adminPort` of this one where its own `host` has to stay what consumers use',
  })
