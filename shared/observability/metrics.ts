import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Evidence, StepReport } from '../engine/ports.ts'
import { SERVICE } from './log.ts'

/**
 * What is measured, as CloudWatch metrics in the namespace `Quarterturn`, printed in the embedded metric format.
 * Dimensions are `service` and `provider`, and once more with `step`; ARNs are properties, which cost nothing and
 * can be searched.
 *
 * - `StepDuration`: milliseconds of one step.
 * - `RotationFailed`: 1 for a step that failed, 0 for one that did not.
 * - `RotationFinished`: 1 when a rotation finished.
 * - `Preflight`: 1 for a test rotation.
 * - `Gap`: upper bound in milliseconds of the time in which `AWSCURRENT` did not sign in, for class B.
 * - `EvidenceUndelivered`: 1 when the bus did not take the evidence of a finished rotation.
 */
export interface RotationMetrics {
  step(report: StepReport): void
  /** An invocation that was refused before it became a step. */
  refused(errorCode: string): void
  gap(record: Evidence, gapMs: number): void
  evidenceUndelivered(record: Evidence): void
}

type Values = Readonly<
  Record<string, readonly [unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number]>
>
type Properties = Readonly<Record<string, string>>

const UNKNOWN = 'unknown'

/** Throws when a `POWERTOOLS_` variable has a value it cannot read. */
export function createMetrics(): RotationMetrics {
  const metrics = new Metrics({
    namespace: 'Quarterturn',
    serviceName: process.env['POWERTOOLS_SERVICE_NAME'] ?? SERVICE,
  })
  // One synchronous stretch from the first value to the printed line: invocations that run at once cannot mix.
  const publish = (dimensions: readonly Properties[], properties: Properties, values: Values): void => {
    for (const set of dimensions) metrics.addDimensions(set)
    for (const [name, value] of Object.entries(properties)) metrics.addMetadata(name, value)
    for (const [name, [unit, value]] of Object.entries(values)) metrics.addMetric(name, unit, value)
    metrics.publishStoredMetrics()
  }

  return {
    step: ({ provider, step, outcome, durationMs, secretArn, versionId, errorCode }) =>
      publish(
        [{ provider }, { provider, step }],
        { secretArn, versionId, ...(errorCode === undefined ? {} : { errorCode }) },
        {
          StepDuration: [MetricUnit.Milliseconds, durationMs],
          RotationFailed: [MetricUnit.Count, outcome === 'failed' ? 1 : 0],
          ...(step === 'finishSecret' && outcome === 'done'
            ? { RotationFinished: [MetricUnit.Count, 1] }
            : {}),
          ...(outcome === 'preflight' ? { Preflight: [MetricUnit.Count, 1] } : {}),
        },
      ),
    refused: (errorCode) =>
      publish(
        [{ provider: UNKNOWN }, { provider: UNKNOWN, step: UNKNOWN }],
        { errorCode },
        { RotationFailed: [MetricUnit.Count, 1] },
      ),
    gap: ({ provider, secretArn, versionId }, gapMs) =>
      publish([{ provider }], { secretArn, versionId }, { Gap: [MetricUnit.Milliseconds, gapMs] }),
    evidenceUndelivered: ({ provider, secretArn, versionId }) =>
      publish([{ provider }], { secretArn, versionId }, { EvidenceUndelivered: [MetricUnit.Count, 1] }),
  }
}
