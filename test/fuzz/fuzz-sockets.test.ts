import { expect, test } from 'vitest'
import { CHAPTER, createTally } from './fuzz.ts'
import { fuzzSockets } from './over-http.ts'
import { shownFinding } from './shown.ts'

const SEED = 20_261_124
const ON_SOCKETS = 3_000
const MINUTES = 60_000

test(
  `${ON_SOCKETS} connections that break off, trickle, or are no HTTP get an answer or an end, and change nothing`,
  async () => {
    const tally = createTally()
    for (let at = 0; at < ON_SOCKETS / CHAPTER; at += 1) await fuzzSockets(SEED, at, tally)
    expect(tally.findings.map(shownFinding)).toEqual([])
    expect(tally.requests).toBe(ON_SOCKETS)
  },
  5 * MINUTES,
)
