import { LocalAwsError } from '../errors.ts'
import type { OperationName } from '../operations/index.ts'

/** Operations that share one rate, in requests a second. */
export interface RequestRate {
  readonly perSecond: number
  readonly operations: readonly OperationName[]
}

/** Of one account in one Region. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const REQUEST_RATES: readonly RequestRate[] = [
  { perSecond: 40_000, operations: ['DescribeSecret'] },
  { perSecond: 10_000, operations: ['GetSecretValue'] },
  { perSecond: 100, operations: ['BatchGetSecretValue'] },
  { perSecond: 100, operations: ['ListSecrets'] },
  { perSecond: 50, operations: ['ListSecretVersionIds'] },
  {
    perSecond: 50,
    operations: [
      'PutSecretValue',
      'UpdateSecret',
      'UpdateSecretVersionStage',
      'ReplicateSecretToRegions',
      'RemoveRegionsFromReplication',
      'StopReplicationToReplica',
    ],
  },
  { perSecond: 50, operations: ['RotateSecret', 'CancelRotateSecret'] },
  { perSecond: 50, operations: ['GetRandomPassword'] },
  { perSecond: 50, operations: ['CreateSecret'] },
  { perSecond: 50, operations: ['DeleteSecret'] },
  { perSecond: 50, operations: ['RestoreSecret'] },
  {
    perSecond: 50,
    operations: ['PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy', 'ValidateResourcePolicy'],
  },
  { perSecond: 50, operations: ['TagResource', 'UntagResource'] },
]

/** Counts requests as a bucket that holds one second's worth and refills steadily. How AWS counts is not published. */
export class Quotas {
  readonly #buckets: ReadonlyMap<OperationName, Bucket>

  constructor(rates: readonly RequestRate[] = REQUEST_RATES) {
    this.#buckets = new Map(
      rates.flatMap(({ perSecond, operations }) => {
        const bucket = new Bucket(perSecond)
        return operations.map((operation) => [operation, bucket] as const)
      }),
    )
  }

  /** Throws `ThrottlingException` where the rate is used up. */
  take(operation: OperationName, nowMs: number): void {
    if (this.#buckets.get(operation)?.take(nowMs) === false)
      throw new LocalAwsError('ThrottlingException', 'Rate exceeded')
  }
}

class Bucket {
  readonly #perSecond: number
  #left: number
  #atMs: number | undefined

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
  }

  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - (this.#atMs ?? nowMs))
    this.#atMs = nowMs
    this.#left = Math.min(this.#perSecond, this.#left + (passedMs * this.#perSecond) / 1000)
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
