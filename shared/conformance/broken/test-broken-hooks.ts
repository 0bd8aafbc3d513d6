/** Targets with a hook that does nothing, and proxies that nothing passes: the kit would be blind, and says so. */
import type { Broken } from './test-breaking.ts'

export const BLIND_HOOKS: readonly Broken[] = [
  {
    what: 'a log that is always empty',
    caughtBy: 'the log of the target holds no credential',
    saying: /`log` is empty/,
    target: (sound) => ({ ...sound, log: async () => '' }),
  },
  {
    what: 'a count of failed sign-ins that never rises',
    caughtBy: 'no sign-in fails on the happy path',
    saying: /does not count a sign-in that was refused/,
    target: (sound) => ({ ...sound, failedSignIns: async () => 0 }),
  },
  {
    what: 'a count of connections that sees none',
    caughtBy: 'close ends every connection',
    saying: /`connections` sees none while the lock is held/,
    target: (sound) => ({ ...sound, connections: async () => 0 }),
  },
  {
    what: 'a failover that changes nothing',
    caughtBy: 'when the target falls back to its state before the change',
    saying: /`failover` did nothing/,
    target: (sound) => ({ ...sound, failover: async () => async () => undefined }),
  },
]

export const BLIND_PAIR_HOOKS: readonly Broken[] = [
  {
    what: 'rights that drift and are called the same',
    caughtBy: 'rights changed by hand between rotations are equal after the next',
    saying: /never showed a difference/,
    target: (sound) => ({ ...sound, haveSameRights: async () => true }),
  },
]

export const BLIND_WIRES: readonly Broken[] = [
  {
    what: 'a wire that leads around the proxy',
    caughtBy: 'cut before every message of a rotation, it recovers by the same step again',
    saying: /nothing passes the proxy/,
    target: (sound) => ({ ...sound, ...(sound.wire && { wire: { ...sound.wire, at: (secret) => secret } }) }),
  },
  {
    what: 'a framing that calls no message a point',
    caughtBy: 'cut before every message of a rotation, it recovers by the same step again',
    saying: /nothing passes the proxy/,
    target: (sound) => ({
      ...sound,
      ...(sound.wire && {
        wire: {
          ...sound.wire,
          framing: {
            name: 'blind',
            counts: 'messages',
            initial: undefined,
            next: ({ bytes }) => ({ name: 'bytes', length: bytes.length, state: undefined, isPoint: false }),
          },
        },
      }),
    }),
  },
]
