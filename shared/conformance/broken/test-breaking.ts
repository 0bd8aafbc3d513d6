/** How a sound provider or engine is broken, for the tests that the kit can fail. */
import { type Decide, decide } from '../../engine/decide.ts'
import type { Known } from '../../engine/known.ts'
import type { Provider, Session } from '../../provider/index.ts'
import type { FreshTarget } from '../options.ts'
import type { MemoryKind } from '../targets/test-memory.ts'
import type { MintKind } from '../targets/test-mint-server.ts'

export interface Broken {
  readonly what: string
  readonly kind?: MemoryKind
  /** A part of the name of the case that catches it. */
  readonly caughtBy: string
  /** What the failure says. */
  readonly saying: RegExp
  readonly provider?: (sound: Provider) => Provider
  readonly decide?: Decide
  /** A hook of the target that does nothing. */
  readonly target?: (sound: FreshTarget) => FreshTarget
}

/** The same of a target that issues the credentials. */
export interface BrokenMint extends Omit<Broken, 'kind'> {
  /** What the target is like. Default: two at once. */
  readonly mints?: MintKind
}

export type Opened = Parameters<Provider['open']>[0]

/** The provider with one operation of its sessions replaced. */
export const withSession =
  (change: (session: Session, request: Opened) => Partial<Session>) =>
  (sound: Provider): Provider => ({
    ...sound,
    open: (request) => {
      const session = sound.open(request)
      return { ...session, ...change(session, request) }
    },
  })

export const field = (stored: unknown, name: string): unknown =>
  typeof stored === 'object' && stored !== null ? Reflect.get(stored, name) : undefined

export const secretOf = (request: Opened, who: 'current' | 'pending'): unknown =>
  request.values[who]?.reveal()

/** The engine as if a fact were another one. */
export const believing =
  (change: (known: Known) => Partial<Known>): Decide =>
  (known) =>
    decide({ ...known, ...change(known) })

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
