import type { Side } from './framing.ts'

/** One message of a run on its way; the proxy can act just before it is passed on. */
export interface Point {
  /** Counts the messages of the whole run, in both directions and on all connections, from 1. */
  readonly n: number
  /** What was going on, such as the step of the rotation. */
  readonly scope: string
  /** Counts the messages of this scope from 1. */
  readonly place: number
  readonly from: Side
  /** What the message is; never holds text that may be secret. */
  readonly name: string
}

/**
 * What to do when a message comes: `pass` it on; `cut`: reset both sockets of its connection instead; `hold`: keep
 * it and all that follows from that side, its end included, while the other side goes on.
 */
export type Ruling = 'pass' | 'cut' | 'hold'

export type Rule = (point: Point) => Ruling

/** Which end was the first to leave a connection, and how. The proxy's own cuts are left out. */
export interface Ending {
  readonly scope: string
  readonly from: Side
  /** `closed`: in good order, so what had been sent before still arrives. `reset`: that is thrown away. */
  readonly how: 'closed' | 'reset'
}

/** `setSecret 12: server: CommandComplete ALTER ROLE`. Equal for the same point of two runs. */
export const pointName = ({ scope, place, from, name }: Point): string =>
  `${scope} ${place}: ${from}: ${name}`

/** Reads what `pointName` wrote; `n` is 0, since a name does not hold it. */
export function pointOf(name: string): Point | undefined {
  const [, scope, place, from, what] = /^(.*?) (\d+): (client|server): (.*)$/.exec(name) ?? []
  if (scope === undefined || what === undefined) return undefined
  return { n: 0, scope, place: Number(place), from: from === 'client' ? 'client' : 'server', name: what }
}

/** Cuts once, where the point was in an earlier run; what the message is there now does not matter. */
export function cutBefore({ scope, place }: Point): Rule {
  let isCut = false
  return (point) => {
    if (isCut || point.scope !== scope || point.place !== place) return 'pass'
    isCut = true
    return 'cut'
  }
}

/** Holds the first message that `matches`, and what follows it on that side of its connection. */
export function holdFirst(matches: (point: Point) => boolean): Rule {
  let isHeld = false
  return (point) => {
    if (isHeld || !matches(point)) return 'pass'
    isHeld = true
    return 'hold'
  }
}
