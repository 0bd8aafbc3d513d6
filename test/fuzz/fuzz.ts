import { answer, type DoorAnswer, type DoorRequest } from '../../shared/local/door.ts'
import { createRandom, type Random } from '../../shared/local/random.ts'
import { drawRequest } from './requests.ts'
import { createWorld, stateOf, type World } from './world.ts'

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

export const randomOf = (seed: number, chapter: number): Random =>
  createRandom(Math.imul(seed, 0x9e3779b1) ^ chapter)

/** One chapter of requests, each through the door that HTTP uses. */
export async function fuzzChapter(seed: number, chapter: number, tally: Tally): Promise<void> {
  const random = randomOf(seed, chapter)
  // Now and then a world that takes signed requests alone, of which there are none.
  const world = createWorld(chapter % 8 === 7)
  let before = stateOf(world)
  for (let at = 0; at < CHAPTER; at += 1) {
    const request = drawRequest(random)
    const wrong = await tryOne(world, request, before, tally)
    if (wrong !== undefined) tally.findings.push({ seed, chapter, request, wrong })
    before = stateOf(world)
  }
  if (Object.keys(Object.prototype).length > 0) throw new Error('Object.prototype was changed')
}

async function tryOne(
  world: World,
  request: DoorRequest,
  before: string,
  tally: Tally,
): Promise<string | undefined> {
  tally.requests += 1
  let given: DoorAnswer
  try {
    given = await answer(world, request)
  } catch (error) {
    return `no answer: ${error}`
  }
  const wrong = wrongWith(given)
  if (wrong !== undefined) return wrong
  const name = given.status < 400 ? String(given.status) : nameOf(given)
  tally.answers.set(name, (tally.answers.get(name) ?? 0) + 1)
  const target = String(request.headers['x-amz-target'])
  if (given.status < 400) {
    if (request.path === '/' && target.includes('.'))
      tally.carriedOut.add(target.slice(target.indexOf('.') + 1))
    return undefined
  }
  return stateOf(world) === before ? undefined : `refused with ${name}, and the state has changed`
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
