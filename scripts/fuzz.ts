/**
 * More hostile requests than the tests have.
 *
 *     npm run fuzz -- --requests 1000000 --seed 7
 *     npm run fuzz -- --seed 7 --chapter 12      what a finding says: that part alone
 *
 * One request in thirty goes over a socket. Ends with 1 when something was found, and prints it.
 */
import { parseArgs } from 'node:util'
import { CHAPTER, createTally, fuzzChapter } from '../test/fuzz/fuzz.ts'
import { fuzzSockets } from '../test/fuzz/over-http.ts'
import { shownFinding } from '../test/fuzz/shown.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    chapter: { type: 'string' },
  },
})
const whole = (name: string, given: string): number => {
  if (/^\d{1,10}$/.test(given)) return Number(given)
  console.error(`--${name} ${given} is no whole number; give one, such as 1000`)
  process.exit(2)
}

const SOCKETS_EVERY = 30
const MOST_FINDINGS = 20
const seed = whole('seed', values.seed)
const first = values.chapter === undefined ? 0 : whole('chapter', values.chapter)
const chapters = values.chapter === undefined ? Math.ceil(whole('requests', values.requests) / CHAPTER) : 1
const isTerminal = process.stdout.isTTY === true

const tally = createTally()
const began = performance.now()
for (let chapter = first; chapter < first + chapters; chapter += 1) {
  await fuzzChapter(seed, chapter, tally)
  if (chapter % SOCKETS_EVERY === 0 || values.chapter !== undefined) await fuzzSockets(seed, chapter, tally)
  if (tally.findings.length >= MOST_FINDINGS) break
  const isTime = isTerminal ? chapter % 4 === 0 : chapter % 400 === 399
  if (isTime) progress(isTerminal ? '\r' : '', isTerminal ? '' : '\n')
}
progress(isTerminal ? '\r' : '', '\n')
for (const [name, count] of [...tally.answers].sort((one, other) => other[1] - one[1]))
  console.log(`${String(count).padStart(9)}  ${name}`)
for (const finding of tally.findings) console.log(`\n${shownFinding(finding)}`)
console.log(`\n${tally.findings.length === 0 ? 'nothing found' : `${tally.findings.length} found`}`)
process.exitCode = tally.findings.length === 0 ? 0 : 1

function progress(before: string, after: string): void {
  const perSecond = Math.round((tally.requests * 1000) / (performance.now() - began))
  process.stdout.write(
    `${before}${tally.requests} requests, ${perSecond}/s, ${tally.findings.length} found${after}`,
  )
}
