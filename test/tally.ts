export interface Tally {
  passed: number
  failed: number
  skipped: number
}

/** The last line of a run. Skipped tests appear only when there are any. */
export const tallyLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
