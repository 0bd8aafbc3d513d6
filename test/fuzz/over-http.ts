import { serveLocal } from '../../shared/local/index.ts'
import { CHAPTER, randomOf, type Tally, wrongWith } from './fuzz.ts'
import { drawExchange, exchange, readAnswer } from './sockets.ts'
import { createWorld, stateOf } from './world.ts'

/** One chapter of connections to a real port, one after the other. */
export async function fuzzSockets(seed: number, chapter: number, tally: Tally): Promise<void> {
  const random = randomOf(seed ^ 0x50c4e7, chapter)
  const world = createWorld()
  const server = await serveLocal(world.aws, { functions: world.functions, pages: world.pages })
  try {
    let before = stateOf(world)
    for (let at = 0; at < CHAPTER; at += 1) {
      const asked = drawExchange(random)
      tally.requests += 1
      const received = await exchange(server.port, asked).catch((error: unknown) => String(error))
      const after = stateOf(world)
      const wrong = wrongAfter(received, asked.needsAnswer, after === before)
      before = after
      if (wrong === undefined) continue
      const request = { method: '', path: '', headers: {}, body: Buffer.concat(asked.parts) }
      tally.findings.push({ seed, chapter, request, wrong: `on a socket: ${wrong}` })
    }
  } finally {
    await server.close()
  }
}

function wrongAfter(received: string, needsAnswer: boolean, isSame: boolean): string | undefined {
  if (received === '') {
    if (needsAnswer) return 'no answer'
    return isSame ? undefined : 'broken off, and the state has changed'
  }
  if (!received.startsWith('HTTP/1.1 ')) return received
  const answer = readAnswer(received)
  // HEAD has no body to read.
  if (answer.body === '' && answer.status >= 400) return undefined
  const wrong = wrongWith(answer)
  if (wrong !== undefined) return wrong
  return answer.status < 400 || isSame
    ? undefined
    : `refused with ${answer.status}, and the state has changed`
}
