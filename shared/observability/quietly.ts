/** Tells something without a say in what is told: a rotation that worked does not fail because it could not be printed. */
export function quietly(tell: () => void): void {
  try {
    tell()
  } catch {
    // Whatever failed here is the means of telling it.
  }
}
