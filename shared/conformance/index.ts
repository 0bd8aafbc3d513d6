/**
 * The conformance kit: what a provider promises, as cases for any test runner.
 *
 * ```ts
 * for (const { name, run } of conformanceCases({ provider, freshTarget, signIn })) test(name, run)
 * ```
 */
export {
  type CaseHeld,
  type CaseResult,
  type CaseSkipped,
  type ConformanceCase,
  conformanceCases,
} from './conformance.ts'
export type { BuiltFunction } from './function/real-function.ts'
export type {
  ConformanceOptions,
  Elsewhere,
  End,
  FreshTarget,
  KitTime,
  LoudModule,
  Progress,
} from './options.ts'
export { progressLines } from './report/progress.ts'
export {
  type CaseFailure,
  type CaseOutcome,
  type ConformanceReport,
  failureOf,
  pageOf,
  reportOf,
  runConformance,
} from './report/report.ts'
export { ConformanceFailure } from './report/story.ts'
export type { Framed, Framing, Place, Received, Side, Upstream, WireAccess } from './wire/index.ts'
export { FramingError } from './wire/index.ts'
