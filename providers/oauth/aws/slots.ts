import { madeAt } from './chosen-value.ts'

/**
 * Which secret at the target holds which value, where the target shows ids and times and no value. A value that tells when
 * it was chosen cannot have come to the target before that; what this excludes is all that is ever concluded, since an order
 * can be another than it seems: somebody may have added an old value once more.
 */

/** A secret of the client, as the target lists it. */
export interface Slot {
  readonly id: string
  /** By the target's clock, in milliseconds since the epoch; undefined where it did not say. */
  readonly createdAt: number | undefined
}

/** Both clocks are AWS's; they count in whole seconds. */
const CLOCKS_MS = 2_000

export function mayHold({ createdAt }: Slot, value: string): boolean {
  const chosenAt = madeAt(value)
  return chosenAt === undefined || createdAt === undefined || createdAt >= chosenAt - CLOCKS_MS
}

/**
 * The slot of `value`, where both values are known to be live and there are two slots; undefined where each could be in
 * either.
 */
export function slotOf(value: string, beside: string, slots: readonly Slot[]): Slot | undefined {
  const [first, second, ...more] = slots
  if (first === undefined || second === undefined || more.length > 0 || value === beside) return undefined
  const isFirst = mayHold(first, value) && mayHold(second, beside)
  const isSecond = mayHold(second, value) && mayHold(first, beside)
  if (isFirst === isSecond) return undefined
  return isFirst ? first : second
}
