import type { Progress } from '../options.ts'

/**
 * An `onProgress` that writes a line every few seconds, each with its line break: a long case is seen to go on, and a
 * short one says nothing. `everyMs` is 5,000 by default.
 */
export function progressLines(write: (line: string) => void, everyMs = 5_000): (progress: Progress) => void {
  let toldAt = performance.now()
  return ({ name, done, of }) => {
    const now = performance.now()
    if (now - toldAt < everyMs) return
    toldAt = now
    write(`${name}: ${done} of ${of} points\n`)
  }
}
