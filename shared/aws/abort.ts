import { AsyncLocalStorage } from 'node:async_hooks'

const current = new AsyncLocalStorage<AbortSignal>()

/**
 * Runs `work`; every call to AWS inside is broken off, its socket destroyed, when the signal fires. Without it a
 * write that is under way at the deadline could still arrive after the handler has answered.
 */
export const withAbort = <T>(signal: AbortSignal, work: () => T): T => current.run(signal, work)

/** Options for `send` of an SDK client; empty outside of {@link withAbort}. */
export function abortOptions(): { abortSignal?: AbortSignal } {
  const signal = current.getStore()
  return signal === undefined ? {} : { abortSignal: signal }
}
