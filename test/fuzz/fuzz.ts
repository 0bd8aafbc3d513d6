import { answer, type DoorAnswer, type DoorRequest } from '../../shared/local/http/door.ts'
import { createRandom, type Random } from '../../shared/local/model/random.ts'
import { drawRequest } from './requests.ts'
import { createWorld, outlivesRestart, stateOf, type World } from './world.ts'

/** After so many requests the world is made anew, so that a finding is repeated by its seed and chapter alone. */
export const CHAPTER = 250

export interface Finding {
  readonly seed: number
  readonly chapter: number
  readonly request: DoorRequest
  readonly wrong: string
}

export interface Tally {
  requests: number
  /** How often each answer was given: `200`, or the name of the error. */
  readonly answers: Map<string, number>
  /** Operations that were carried out at least once. */
  readonly carriedOut: Set<string>
  readonly findings: Finding[]
}

export const createTally = (): Tally => ({
  requests: 0,
  answers: new Map(),
  carriedOut: new Set(),
  findings: [],
})

/** A restart costs as much as twenty requests. */
const RESTARTS_EVERY = 4

export const randomOf = (seed: number, chapter: number): Random =>
  createRandom(Math.imul(seed, 0x9e3779b1) ^ chapter)

/** One chapter of requests, each through the door that HTTP uses. */
export async function fuzzChapter(
  seed: number,
  chapter: number,
  tally: Tally,
  // Now and then a world that takes signed requests alone, of which there are none.
  world: World = createWorld(chapter % 8 === 7),
): Promise<void> {
  // Most requests end in an error, of which nobody wants to know where it was made.
  Error.stackTraceLimit = 0
  const random = randomOf(seed, chapter)
  let before = stateOf(world)
  for (let at = 0; at < CHAPTER; at += 1) {
    const request = drawRequest(random)
    tally.requests += 1
    const given = await answer(world, request).catch((error: unknown) => `no answer: ${error}`)
    const after = stateOf(world)
    const wrong = typeof given === 'string' ? given : wrongAfter(given, before === after)
    if (wrong !== undefined) tally.findings.push({ seed, chapter, request, wrong })
    else if (typeof given !== 'string') count(request, given, tally)
    before = after
  }
  if (chapter % RESTARTS_EVERY === 0 && !outlivesRestart(world))
    throw new Error(`a file of this state is read otherwise: chapter ${chapter}`)
  if (Object.keys(Object.prototype).length > 0) throw new Error('Object.prototype was changed')
}

function wrongAfter(given: DoorAnswer, isSame: boolean): string | undefined {
  const wrong = wrongWith(given)
  if (wrong !== undefined || given.status < 400) return wrong
  return isSame ? undefined : `refused with ${nameOf(given)}, and the state has changed`
}

function count({ path, headers }: DoorRequest, given: DoorAnswer, tally: Tally): void {
  const name = given.status < 400 ? String(given.status) : nameOf(given)
  tally.answers.set(name, (tally.answers.get(name) ?? 0) + 1)
  const target = headers['x-amz-target']
  if (given.status < 400 && path === '/' && typeof target === 'string')
    tally.carriedOut.add(target.slice(target.indexOf('.') + 1))
}

/** What an answer of AWS never is. A failure of ours is one that AWS has, too, but here it is a bug. */
export function wrongWith({ status, headers, body }: DoorAnswer): string | undefined {
  if (status >= 500) return `status ${status}`
  const text = typeof body === 'string' ? body : Buffer.from(body).toString()
  if (status < 400 && text === '') return undefined
  if (headers['content-type'] === 'text/xml') return wrongWithXml(status, text)
  const read = parse(text)
  if (read === undefined) return `status ${status}, and the body is no JSON`
  if (status < 400) return undefined
  const { __type, Message } = read as { __type?: unknown; Message?: unknown }
  const name = __type ?? headers['x-amzn-errortype']
  if (typeof name !== 'string' || !/^[A-Z][A-Za-z]{5,60}$/.test(name))
    return `status ${status} without an error’s name`
  if (headers['x-amzn-errortype'] !== name) return 'the header and the body name different errors'
  return typeof Message === 'string' && Message !== '' && Message.length < 5000
    ? undefined
    : `${name} without a message`
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
function wrongWithXml(status: number, text: string): string | undefined {
  if (status < 400) return /^<\w+Response xmlns=".+<\/\w+Response>$/s.test(text) ? undefined : 'no XML of STS'
  const isError =
    /^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>[A-Z]\w+<\/Code><Message>.+<\/Error>/s
  return isError.test(text) ? undefined : `status ${status} without an error’s name`
}

const nameOf = ({ headers, body }: DoorAnswer): string =>
  headers['x-amzn-errortype'] ?? /<Code>(\w+)/.exec(String(body))?.[1] ?? ''

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
