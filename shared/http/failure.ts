import type { Broken } from '../network/failure.ts'
import { type ErrorCode, QuarterturnError, type Verdict } from '../provider/index.ts'

/**
 * Why there is no whole reply. Whether the target acted on the request is then unknown, unless `isUnsent`. Holds nothing of
 * what was sent or came.
 */
export class HttpFailure extends Error {
  readonly kind: Broken['kind']
  /** Nothing of the request had left, so the target did not act on it. */
  isUnsent = false

  constructor({ kind, message }: Broken) {
    super(message)
    this.name = 'HttpFailure'
    this.kind = kind
  }
}

type Code = Extract<ErrorCode, 'TARGET_UNREACHABLE' | 'TLS_UNAVAILABLE' | 'TLS_UNTRUSTED'>

const CODES: { readonly [K in Broken['kind']]?: Code } = {
  'tls-unavailable': 'TLS_UNAVAILABLE',
  'tls-untrusted': 'TLS_UNTRUSTED',
}

const codeOf = ({ kind }: HttpFailure): Code => CODES[kind] ?? 'TARGET_UNREACHABLE'

/** What a sign-in without a whole reply showed. */
export const verdictOfFailure = (failure: HttpFailure): Exclude<Verdict, { verdict: 'accepted' }> => ({
  verdict: 'unknown',
  reason: failure.message,
  code: codeOf(failure),
})

/** The error of an operation that got no whole reply. */
export const errorOfFailure = (failure: HttpFailure): QuarterturnError =>
  new QuarterturnError(codeOf(failure), { problem: failure.message })
