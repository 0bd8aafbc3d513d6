/**
 * The conformance kit: what a provider promises, as cases for any test runner.
 *
 * ```ts
 * for (const { name, run } of conformanceCases({ provider, freshTarget, signIn })) test(name, run)
 * ```
 */
export { type CaseResult, type ConformanceCase, conformanceCases } from './conformance.ts'
export type { ConformanceOptions, End, FreshTarget, Progress } from './options.ts'
export { ConformanceFailure } from './story.ts'
