import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Strategy } from '../../provider/contract.ts'
import { rawLeaksIn } from '../leaks/leaks.ts'
import type { End, FreshTarget } from '../options.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { lockedOut, neverConverges } from '../world/promises.ts'
import {
  callId,
  comeTo,
  type RecordedCall,
  recordCalls,
  setScene,
  usesTarget,
  WARM,
} from '../world/recording.ts'

/** Something that a target, or whoever speaks in its place, answers to lead a provider astray. */
interface Strange {
  readonly hook: 'redirectTo' | 'echo'
  readonly what: string
  readonly begin: (target: FreshTarget) => (() => Promise<Trap>) | undefined
}

interface Trap {
  readonly end: End
  /** What is broken by what came of it. */
  readonly caught: () => string | undefined
}

export const STRANGE_ANSWERS: readonly Strange[] = [
  {
    hook: 'redirectTo',
    what: 'a redirect is followed nowhere',
    begin: ({ redirectTo }) => redirectTo && (() => trapAt(redirectTo)),
  },
  {
    hook: 'echo',
    what: 'an answer that repeats the request is repeated nowhere',
    begin: ({ echo }) => echo && (async () => ({ end: await echo(), caught: () => undefined })),
  },
]

/** A server of the kit's own, which nobody has a reason to ask. */
async function trapAt(redirectTo: NonNullable<FreshTarget['redirectTo']>): Promise<Trap> {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const end = await redirectTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return {
    caught: () =>
      asked === 0 ? undefined : 'cannot be steered: a redirect is followed to where the target says',
    async end() {
      await end()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The target begins to answer so before each call that uses it, until the step has ended. */
export async function everyStrangeAnswer(
  trial: Trial,
  strategy: Strategy,
  strange: Strange,
): Promise<Skipped | undefined> {
  const isOffered = await trial.look(strategy, ({ target }) => strange.begin(target) !== undefined)
  if (!isOffered) return new Skipped(`the target gives no \`${strange.hook}\``)
  const calls = (await recordCalls(trial.options, strategy, WARM)).filter(usesTarget)
  let failed = 0
  await trial.all(calls.map((call) => moment(strategy, strange, call, () => (failed += 1))))
  if (trial.options.only === undefined && failed === 0)
    throw new Error(`no step noticed what the target answers: \`${strange.hook}\` did nothing`)
  return undefined
}

function moment(strategy: Strategy, strange: Strange, call: RecordedCall, onFailure: () => void): Point {
  return {
    id: `strange/${strategy}/${strange.hook}/${callId(call)}`,
    strategy,
    expects: `from before ${call.label} of ${call.step} on ${strange.what}, and it heals with the target`,
    async play(world, before) {
      const set = await setScene(world, WARM, call.step)
      const met = await comeTo(world, set, call)
      before(labelsOf(world))
      world.record.trace.push(`from here on the target answers strangely: ${strange.hook}`)
      const trap = await strange.begin(world.target)?.()
      try {
        await world.runOn(met)
        const caught = trap?.caught() ?? rawLeaksIn(world)
        if (caught !== undefined) return caught
      } finally {
        await trap?.end()
      }
      world.record.trace.push('and the target has healed')
      if (met.error !== undefined) onFailure()
      return (await lockedOut(world)) ?? (await neverConverges(world))
    },
  }
}
