import type { Invocation } from '../../shared/conformance/world/invocation.ts'
import { STEPS } from '../../shared/engine/known.ts'
import type { World } from './world.ts'

/** One thing that may happen next. `weight` is how often chance picks it beside the others. */
export interface Happening {
  readonly label: string
  readonly weight: number
  readonly play: () => Promise<unknown>
}

/** After how many actions a freshly started invocation stalls or dies; the longest step has sixteen. */
const PAUSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
const TO_THE_END = Number.POSITIVE_INFINITY

/**
 * Everything that may happen now. The weights make stories of the kind that lock people out: rotations that mostly go
 * on in order, with a few invocations that stall somewhere and are thawed much later, die, or come out of turn.
 */
export function happenings(world: World): Happening[] {
  return [
    ...deliveries(world),
    ...retirements(world),
    ...world.invocations.flatMap((one) => goOn(world, one)),
    ...events(world),
  ]
}

function deliveries(world: World): Happening[] {
  if (world.invocations.filter((one) => one.isAlive).length >= world.options.invocations) return []
  const { pending } = world.secrets.holders()
  return world.tokens.flatMap((token) =>
    STEPS.filter((step) => step !== 'testSecret').flatMap((step) => {
      const isExpected = token === pending && step === world.nextChange(token)
      const name = `${step}(${world.name(token)})`
      const startAnd = (
        what: string,
        weight: number,
        then: (one: Invocation) => Promise<unknown>,
      ): Happening => ({
        label: `${name} ${what}`,
        weight,
        play: async () => then(await world.start(step, token)),
      })
      return [
        startAnd('runs', isExpected ? 300 : 10, (one) => world.runOn(one, TO_THE_END)),
        ...PAUSES.flatMap((count) => [
          startAnd(`stalls after ${count}`, isExpected ? 15 : 2, (one) => world.runOn(one, count)),
          startAnd(`dies after ${count}`, isExpected ? 4 : 0, async (one) => {
            await world.runOn(one, count)
            await world.kill(one)
          }),
        ]),
      ]
    }),
  )
}

/** A schedule runs, on time or much later, once or more often. */
function retirements(world: World): Happening[] {
  if (world.invocations.filter((one) => one.isAlive).length >= world.options.invocations) return []
  return world.retirements().flatMap((event) => {
    const name = `the retirement after ${world.name(event.ClientRequestToken)}`
    const startAnd = (
      what: string,
      weight: number,
      then: (one: Invocation) => Promise<unknown>,
    ): Happening => ({
      label: `${name} ${what}`,
      weight,
      play: async () => then(await world.startRetirement(event)),
    })
    return [
      startAnd('runs', 150, (one) => world.runOn(one, TO_THE_END)),
      ...PAUSES.flatMap((count) => [
        startAnd(`stalls after ${count}`, 10, (one) => world.runOn(one, count)),
        startAnd(`dies after ${count}`, 2, async (one) => {
          await world.runOn(one, count)
          await world.kill(one)
        }),
      ]),
    ]
  })
}

function goOn(world: World, one: Invocation): Happening[] {
  if (one.state !== 'parked') return []
  const token = world.name(one.token)
  const name = one.step === 'retireSecret' ? `the retirement after ${token}` : `${one.step}(${token})`
  const dies: Happening = { label: `${name} dies`, weight: 10, play: () => world.kill(one) }
  if (one.nextAction === 'lock' && world.target.lock !== undefined) return [dies]
  return [
    dies,
    { label: `${name} thaws and runs`, weight: 60, play: () => world.runOn(one, TO_THE_END) },
    ...[1, 2, 3].map((count) => ({
      label: `${name} thaws for ${count}`,
      weight: 15,
      play: () => world.runOn(one, count),
    })),
    { label: `${name} loses a reply`, weight: 5, play: () => world.advance(one, 'reply lost') },
    { label: `${name} cannot send`, weight: 5, play: () => world.advance(one, 'not sent') },
  ]
}

function events(world: World): Happening[] {
  const list: Happening[] = []
  const { pending, current } = world.secrets.holders()
  if (world.target.lock !== undefined)
    list.push({
      label: 'the server closes the session with the lock',
      weight: 40,
      play: async () => world.loseLock(),
    })
  if (pending !== undefined && pending !== current)
    list.push({ label: 'AWSPENDING is stripped', weight: 80, play: async () => world.strip() })
  else if (world.tokens.length < world.options.tokens)
    list.push({ label: 'RotateSecret', weight: 400, play: async () => world.newToken() })
  // Nothing keeps a password that a person changes at the target in the middle of a rotation; between rotations we do.
  const isQuiet = world.invocations.every((one) => !one.isAlive)
  if (world.editsLeft > 0 && (isQuiet || world.options.editsChangePassword !== true))
    list.push({ label: 'an operator writes AWSCURRENT', weight: 30, play: async () => world.edit() })
  return list
}
