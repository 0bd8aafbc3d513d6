/** Providers and engines that do one thing wrong with a pair of accounts or its admin. */

import { serverOf } from '../targets/test-memory-pair.ts'
import { type Broken, believing, field, withSession } from './test-breaking.ts'

export const BROKEN_PAIRS: readonly Broken[] = [
  {
    what: 'a provider that says it repaired rights and does not',
    caughtBy: 'rights changed by hand between rotations are equal after the next',
    saying: /RIGHTS_DIFFER/,
    provider: withSession(() => ({ repair: () => Promise.resolve() })),
  },
  {
    what: 'a provider that finds all rights equal',
    caughtBy: 'rights changed by hand between rotations are equal after the next',
    saying: /may not do the same/,
    provider: withSession(() => ({ compare: async () => ({ equal: true, differences: [] }) })),
  },
  {
    what: 'a provider that retires whoever is current',
    caughtBy: 'a retirement killed before and after every call is made by the next try',
    saying: /never locked out/,
    provider: withSession((_session, { values }) => ({
      retire: async () => {
        const current = values.current?.reveal()
        const role = serverOf(field(current, 'host')).roles.get(String(field(current, 'username')))
        if (role !== undefined) role.canSignIn = false
        return { result: 'retired' }
      },
    })),
  },
  {
    what: 'a provider that says it retired and does not',
    caughtBy: 'a retirement killed before and after every call is made by the next try',
    saying: /the retired credential still signs in/,
    provider: withSession(() => ({ retire: async () => ({ result: 'retired' }) })),
  },
  {
    what: "a provider that sends the admin's credential where the secret says",
    caughtBy: "the admin's credential goes to no other server than its own",
    saying: /the secret decides where the credential of the admin goes/,
    provider: (sound) => ({
      ...sound,
      ...(sound.admin && {
        admin: { ...sound.admin, value: ({ admin, secret }) => ({ ...admin, host: secret['host'] }) },
      }),
    }),
  },
  {
    what: 'an engine that retires by the label, while a rotation is open',
    caughtBy: 'a retirement at any moment of the next rotation locks nobody out',
    saying: /never locked out/,
    decide: believing((known) => {
      const settled = { isOpen: false, candidate: 'settled' } as const
      return {
        ...(known.retireLabels && { retireLabels: { ...known.retireLabels, ...settled } }),
        ...(known.lockedRetireLabels && { lockedRetireLabels: { ...known.lockedRetireLabels, ...settled } }),
        ...(known.gone === 'protected' && { gone: 'alternate' }),
        ...(known.lockedGone === 'protected' && { lockedGone: 'alternate' }),
      }
    }),
  },
  {
    what: 'a provider that takes any account for its own',
    caughtBy: "an alternate account is known by this secret's mark",
    saying: /an account with the mark of another secret is changed/,
    provider: withSession((session, request) => ({
      apply: (change) => {
        const pending = request.values.pending?.reveal()
        const role = serverOf(field(pending, 'host')).roles.get(String(field(pending, 'username')))
        if (role !== undefined) role.mark = request.mark
        return session.apply(change)
      },
    })),
  },
  {
    what: 'a provider that does not know its own mark',
    caughtBy: "an alternate account is known by this secret's mark",
    saying: /could not be played/,
    provider: withSession((session, request) => ({
      apply: (change) => {
        const pending = request.values.pending?.reveal()
        if (serverOf(field(pending, 'host')).roles.has(String(field(pending, 'username'))))
          throw new Error('there is such an account')
        return session.apply(change)
      },
    })),
  },
  {
    what: 'a retirement whose repeat finds a reason why not',
    caughtBy: 'retire ends the old credential and no other',
    saying: /retire answers cannot instead of already or retired/,
    provider: withSession((session) => ({
      retire: async (asked) => {
        const retired = await session.retire?.(asked)
        return retired?.result === 'retired'
          ? retired
          : { result: 'cannot', reason: 'there is no such account' }
      },
    })),
  },
  {
    what: 'a comparison that shows what it compared',
    caughtBy: 'nothing that the provider itself answers or raises',
    saying: /what the provider itself answers or raises/,
    provider: withSession((session, request) => ({
      compare: async () => ({
        equal: true,
        differences: [`SET PASSWORD ${String(field(request.values.current?.reveal(), 'password'))}`],
      }),
      repair: async (asked) => await session.repair?.(asked),
    })),
  },
]
