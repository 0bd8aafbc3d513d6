import type { Framing, Side } from './framing.ts'

/**
 * For protocols whose messages the kit does not know: a point is whatever comes first after the direction changes.
 * Fewer points than messages, but as stable, where the two ends take turns.
 */
export const turns: Framing<Side | 'nobody'> = {
  name: 'turns',
  counts: 'turns',
  initial: 'nobody',
  next: ({ state, from, bytes }) => ({
    name: 'turn',
    length: bytes.length,
    state: from,
    isPoint: state !== from,
  }),
}
