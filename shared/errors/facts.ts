/** Who has to do something before a rotation can succeed. */
export type Actor = 'operator' | 'secret-owner' | 'target-admin' | 'nobody'

/** What is fixed about an error, whatever the circumstances. `docs/errors.md` is made from this list. */
export interface ErrorFacts {
  /** When it occurs, in one sentence. */
  readonly when: string
  /** Whether the same invocation may succeed later without anybody doing anything. */
  readonly retryable: boolean
  /** Who must act; `nobody` where waiting is enough. */
  readonly actor: Actor
  /** What to do, in one sentence. `{secret}` and `{token}` stand for the ARN and the version id. */
  readonly remedy: string
}
