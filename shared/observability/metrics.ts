import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Evidence, RepairRecord, StepReport } from '../engine/ports.ts'
import { SERVICE } from './log.ts'

/**
 * What is measured, as CloudWatch metrics in the namespace `Quarterturn`, printed in the embedded metric format.
 * Dimensions are `service` and `provider`, and once more with `step`; a function that serves several accounts has them once
 * more with `account`. ARNs are properties, which cost nothing and can be searched.
 *
 * - `StepDuration`: milliseconds of one step. The sum over a period, divided by the period, is how many were in flight.
 * - `RotationFailed`: 1 for a step that failed, 0 for one that did not.
 * - `RotationFinished`: 1 when a rotation finished.
 * - `Preflight`: 1 for a test rotation.
 * - `OverlapCut`: 1 when a rotation comes sooner after the last one than the minimum overlap, so that consumers which
 *   still use the previous credential are cut off.
 * - `Retired`: 1 when an old credential was ended before the next rotation. `RetirementPostponed`: 1 when it waits for a
 *   rotation to end. One that fails for good is `RotationFailed` with the step `retireSecret`.
 * - `AccountPaused`: 1 for a step of an account whose steps failed slowly, so that it begins nothing new for a while.
 * - `Gap`: upper bound in milliseconds of the time in which `AWSCURRENT` did not sign in, for class B.
 * - `EvidenceUndelivered`: 1 when the bus did not take the evidence of a finished rotation.
 */
export interface RotationMetrics {
  step(report: StepReport): void
  /** An invocation that was refused before it became a step. */
  refused(errorCode: string): void
  gap(record: Evidence, gapMs: number): void
  evidenceUndelivered(record: Evidence | RepairRecord): void
}

type Values = Readonly<
  Record<string, readonly [unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number]>
>

interface Point {
  readonly provider: string
  /** Left out: the values are not told apart by step. */
  readonly step?: string
  /** Left out: nor by account. */
  readonly account?: string | undefined
  /** Fields beside the values; they can be searched and are no dimensions. */
  readonly properties: Readonly<Record<string, string>>
  readonly values: Values
}

const UNKNOWN = 'unknown'

export interface MetricsOptions {
  /** Whether steps are told apart by the account of the secret too. Default: false. */
  readonly byAccount?: boolean
}

/** Throws when a `POWERTOOLS_` variable has a value it cannot read. */
export function createMetrics({ byAccount = false }: MetricsOptions = {}): RotationMetrics {
  const service = process.env['POWERTOOLS_SERVICE_NAME'] ?? SERVICE
  const metrics = new Metrics({ namespace: 'Quarterturn', serviceName: service })
  // One synchronous stretch from the first value to the printed line: invocations that run at once cannot mix.
  const publish = ({ provider, step, account, properties, values }: Point): void => {
    metrics.clearDefaultDimensions()
    metrics.setDefaultDimensions({ service, provider })
    // Each call is a set of its own, which has the default dimensions too.
    metrics.addDimensions({})
    if (step !== undefined) metrics.addDimensions({ step })
    if (account !== undefined) metrics.addDimensions({ account })
    for (const [name, value] of Object.entries(properties)) metrics.addMetadata(name, value)
    for (const [name, [unit, value]] of Object.entries(values)) metrics.addMetric(name, unit, value)
    metrics.publishStoredMetrics()
  }

  return {
    step: ({
      provider,
      step,
      outcome,
      durationMs,
      secretArn,
      versionId,
      errorCode,
      overlapCut,
      accountPaused,
    }) =>
      publish({
        provider,
        step,
        ...(byAccount ? { account: secretArn.split(':')[4] } : {}),
        properties: { secretArn, versionId, ...(errorCode === undefined ? {} : { errorCode }) },
        values: {
          StepDuration: [MetricUnit.Milliseconds, durationMs],
          RotationFailed: [MetricUnit.Count, outcome === 'failed' ? 1 : 0],
          ...(step === 'finishSecret' && outcome === 'done'
            ? { RotationFinished: [MetricUnit.Count, 1] }
            : {}),
          ...(outcome === 'preflight' ? { Preflight: [MetricUnit.Count, 1] } : {}),
          ...(overlapCut === true ? { OverlapCut: [MetricUnit.Count, 1] } : {}),
          ...(accountPaused === true ? { AccountPaused: [MetricUnit.Count, 1] } : {}),
          ...(step === 'retireSecret' && outcome === 'done' ? { Retired: [MetricUnit.Count, 1] } : {}),
          ...(outcome === 'postponed' ? { RetirementPostponed: [MetricUnit.Count, 1] } : {}),
        },
      }),
    refused: (errorCode) =>
      publish({
        provider: UNKNOWN,
        step: UNKNOWN,
        properties: { errorCode },
        values: { RotationFailed: [MetricUnit.Count, 1] },
      }),
    gap: ({ provider, secretArn, versionId }, gapMs) =>
      publish({
        provider,
        properties: { secretArn, versionId },
        values: { Gap: [MetricUnit.Milliseconds, gapMs] },
      }),
    evidenceUndelivered: ({ provider, secretArn, versionId }) =>
      publish({
        provider,
        properties: { secretArn, versionId },
        values: { EvidenceUndelivered: [MetricUnit.Count, 1] },
      }),
  }
}
