import type { Session, StoredSecret, Verdict } from '../../provider/contract.ts'
import type { Invocation } from './invocation.ts'

/** What the kit learns about a session beside letting it go on. */
export interface Ears {
  readonly probed: (who: string, verdict: Verdict) => void
  readonly applied: (to: string) => void
  readonly answered: (what: unknown) => void
  /** A value that the target issued. It is asked for, so it is no leak where it is answered. */
  readonly issued: (value: StoredSecret) => void
}

/**
 * The provider's session with a stop before every operation. The lock has four moments: before it is asked for, taken,
 * before it is given back, given back. A killed invocation never sees an operation settle, so nothing that would
 * clean up runs; its connections are ended by whoever killed it.
 */
export function stopped(session: Session, invocation: Invocation, ears: Ears): Session {
  const { gate, moment } = invocation
  const heard =
    <T>(work: () => Promise<T>, shown: (answer: T) => unknown = (answer) => answer) =>
    async (): Promise<T> => {
      try {
        const answer = await work()
        ears.answered(shown(answer))
        return answer
      } catch (error) {
        ears.answered(error)
        throw error
      }
    }
  const compare = session.compare?.bind(session)
  const repair = session.repair?.bind(session)
  const retire = session.retire?.bind(session)
  const list = session.list?.bind(session)
  const mint = session.mint?.bind(session)
  const revoke = session.revoke?.bind(session)
  const promote = session.promote?.bind(session)
  const withoutValue = <T extends object>(one: T): object => {
    if ('value' in one && one.value !== undefined) ears.issued(one.value as StoredSecret)
    return { ...one, value: undefined }
  }
  return {
    check: (request) =>
      gate(
        `check as ${request.as}`,
        heard(() => session.check(request)),
      ),
    probe: async (request) => {
      const probe = heard(() => session.probe(request))
      return await gate(`probe ${request.who}`, async () => {
        const verdict = await probe()
        ears.probed(request.who, verdict)
        return verdict
      })
    },
    exclusive: async ({ as, work }) => {
      await moment(`ask for the lock as ${as}`)
      const locked = async () => {
        await moment('lock taken')
        // What the work came to is kept apart, so that there is a stop before the lock is given back either way.
        const done = work()
        await done.catch(() => undefined)
        await moment('give the lock back')
        return await done
      }
      const result = await heard(() => session.exclusive({ as, work: locked }))()
      await moment('lock given back')
      return result
    },
    apply: (request) =>
      gate(`apply ${request.to} as ${request.as}`, async () => {
        const applied = await heard(() => session.apply(request))()
        if (applied.result === 'applied') ears.applied(request.to)
        return applied
      }),
    ...(compare && {
      compare: (request) =>
        gate(
          'compare rights',
          heard(() => compare(request)),
        ),
    }),
    ...(repair && {
      repair: (request) =>
        gate(
          'repair rights',
          heard(() => repair(request)),
        ),
    }),
    ...(retire && {
      retire: (request) =>
        gate(
          `retire as ${request.as}`,
          heard(() => retire(request)),
        ),
    }),
    ...(list && {
      list: (request) =>
        gate(
          `list as ${request.as}`,
          heard(
            () => list(request),
            (listed) => listed.map(withoutValue),
          ),
        ),
    }),
    ...(mint && {
      mint: (request) =>
        gate(
          `mint as ${request.as}`,
          heard(() => mint(request), withoutValue),
        ),
    }),
    ...(revoke && {
      revoke: (request) =>
        gate(
          `revoke as ${request.as}`,
          heard(() => revoke(request)),
        ),
    }),
    ...(promote && {
      promote: (request) =>
        gate(
          `promote as ${request.as}`,
          heard(() => promote(request)),
        ),
    }),
    close: () =>
      gate(
        'close',
        heard(() => session.close()),
      ),
  }
}
