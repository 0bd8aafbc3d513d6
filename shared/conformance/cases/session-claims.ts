import { STRATEGIES } from '../../engine/strategies.ts'
import { applied, bothSignIn, changer, openDirect, pause, proposed, withDirect } from '../direct.ts'
import type { World } from '../world.ts'
import type { Claim } from './claim.ts'

/** How long a server may take to see that a connection is gone, in milliseconds. */
const NOTICE_MS = 10_000
/** How long a change that was left running is given to show itself, in milliseconds. */
const STRAY_MS = 150
/** When a change under way is interrupted, in milliseconds after it was begun. */
const INTERRUPTIONS_MS = [0, 1, 2, 4, 8, 16]
/** The part of this that a session waits for a lock is what its second holder has to endure, in milliseconds. */
const BUSY_MS = 2_000

/** What the sessions of a provider claim, tried without the engine. */
export const SESSION_CLAIMS: readonly Claim[] = [
  {
    key: 'open',
    name: 'opening a session connects nowhere',
    needs: 'connections',
    async play(world) {
      const session = openDirect(world, { current: world.secret.first })
      await pause(STRAY_MS)
      const open = await world.target.connections?.()
      await session.close()
      return open === 0 ? undefined : `${open} connections are open before the first operation`
    },
  },
  {
    key: 'probe',
    name: 'a probe accepts the right credential and rejects a wrong one',
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      return await withDirect(world, { current, pending }, async (session) => {
        const right = await session.probe({ who: 'current', at: 'writer' })
        if (right.verdict !== 'accepted') return `the right credential is ${right.verdict}`
        const wrong = await session.probe({ who: 'pending', at: 'writer' })
        if (wrong.verdict !== 'rejected') return `a wrong credential is ${wrong.verdict}`
        const consumer = await session.probe({ who: 'current', at: 'consumer' })
        return consumer.verdict === 'accepted'
          ? undefined
          : `the right credential is ${consumer.verdict} for consumers`
      })
    },
  },
  {
    key: 'check',
    name: 'a check finds the change possible and changes nothing',
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      return await withDirect(world, { current, pending }, async (session) => {
        const before = await bothSignIn(world, current, pending)
        const { possible, missing } = await session.check({ as: changer(world) })
        if (!possible)
          return `the check of a fresh target misses ${missing.map(({ privilege }) => privilege).join(', ')}`
        const after = await bothSignIn(world, current, pending)
        return before === after ? undefined : `the check changed the target: ${after}`
      })
    },
  },
  {
    key: 'lock',
    name: 'while one session holds the lock no other does, and afterwards another can',
    skip: ({ capabilities }) => (capabilities.lock === 'none' ? 'the target has no lock' : undefined),
    async play(world) {
      const current = world.secret.first
      let intruded = false
      await withDirect(world, { current }, (first) =>
        first.exclusive({
          as: changer(world),
          work: async () => {
            const second = withDirect(
              world,
              { current },
              (session) =>
                session.exclusive({
                  as: changer(world),
                  work: () => {
                    intruded = true
                    return Promise.resolve()
                  },
                }),
              BUSY_MS,
            )
            await second.catch(() => undefined)
          },
        }),
      )
      if (intruded) return 'two sessions hold the lock at once'
      const entered = await withDirect(world, { current }, (session) =>
        session.exclusive({ as: changer(world), work: () => Promise.resolve(true) }),
      )
      return entered ? undefined : 'the lock cannot be taken again'
    },
  },
  {
    key: 'repeat',
    name: 'a repeated apply does what `capabilities.repeat` says',
    skip: ({ capabilities }) =>
      capabilities.repeat === 'once' ? 'it says `once`: the engine never repeats it unproven' : undefined,
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      const first = await applied(world, current, pending)
      if (first.result !== 'applied') return `the first apply was ${first.result}`
      const before = await bothSignIn(world, current, pending)
      if (!before.endsWith('pending signs in'))
        return 'apply says `applied` and the new credential is refused'
      const as = await withDirect(world, { current }, (session) =>
        session.probe({ who: 'current', at: 'writer' }),
      )
      const who = as.verdict === 'accepted' ? 'current' : 'pending'
      const { repeat } = world.kit.provider.capabilities
      const second = await applied(world, current, pending, who)
      const wanted = repeat === 'harmless' ? 'applied' : 'superseded'
      if (second.result !== wanted) return `it says \`${repeat}\` and the second apply is ${second.result}`
      const after = await bothSignIn(world, current, pending)
      return before === after ? undefined : `it says \`${repeat}\`, and the second apply did damage: ${after}`
    },
  },
  {
    key: 'two-live',
    name: 'with a strategy of class A the old credential signs in beside the new one',
    skip: (_provider, strategy) =>
      STRATEGIES[strategy].class === 'A'
        ? undefined
        : `${strategy} is of class ${STRATEGIES[strategy].class}`,
    async play(world) {
      const current = world.secret.first
      const pending = await proposed(world, current)
      await applied(world, current, pending)
      const state = await bothSignIn(world, current, pending)
      return state === 'current signs in, pending signs in' ? undefined : `after the change ${state}`
    },
  },
  {
    key: 'close',
    name: 'close ends every connection, may be repeated, and nothing works after it',
    async play(world) {
      const current = world.secret.first
      const session = openDirect(world, { current })
      await session.probe({ who: 'current', at: 'writer' })
      const inside = Promise.withResolvers<void>()
      const held = session.exclusive({
        as: changer(world),
        work: () => {
          inside.resolve()
          return new Promise(() => undefined)
        },
      })
      held.catch(() => undefined)
      await Promise.race([inside.promise, held])
      await session.close()
      await session.close()
      const late = await session.probe({ who: 'current', at: 'writer' }).catch(() => undefined)
      if (late?.verdict === 'accepted') return 'a probe after close signs in'
      return await stillConnected(world)
    },
  },
  {
    key: 'close-final',
    name: 'close ends a change under way: what is in force then stays in force',
    async play(world) {
      let current = world.secret.first
      for (const afterMs of INTERRUPTIONS_MS) {
        const pending = await proposed(world, current)
        const session = openDirect(world, { current, pending })
        const begun = Promise.withResolvers<void>()
        const change = session.exclusive({
          as: changer(world),
          work: () => {
            const applying = session.apply({ from: 'current', to: 'pending', as: changer(world) })
            begun.resolve()
            return applying
          },
        })
        change.catch(() => undefined)
        await Promise.race([begun.promise, change])
        await pause(afterMs)
        await session.close()
        const atOnce = await bothSignIn(world, current, pending)
        await pause(STRAY_MS)
        const later = await bothSignIn(world, current, pending)
        if (atOnce !== later)
          return `closed ${afterMs} ms after a change began: ${atOnce}; a moment later ${later}`
        if (!later.includes('signs in')) return `closed ${afterMs} ms after a change began, nothing signs in`
        if (later.endsWith('pending signs in')) current = pending
      }
      return undefined
    },
  },
]

async function stillConnected({ target }: World): Promise<string | undefined> {
  if (target.connections === undefined) return undefined
  const end = performance.now() + NOTICE_MS
  for (;;) {
    const open = await target.connections()
    if (open === 0) return undefined
    if (performance.now() > end) return `${open} connections are open after close`
    await pause(20)
  }
}
