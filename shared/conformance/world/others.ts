import { STRATEGIES } from '../../engine/strategies.ts'
import type { Provider, Strategy } from '../../provider/contract.ts'
import type { FreshTarget } from '../options.ts'

/** Fewer than this at once leave no room for others beside a rotation and what an interrupted one left. */
const ROOM_FOR_OTHERS = 6

/** A mark of a secret that is none of the kit's. */
const ANOTHERS = { secret: 'fedcba9876543210', token: '0123456789abcdef', attempt: 1 }

/**
 * Credentials that live at the target and are not the secret's to end: what somebody made by hand, and what another
 * secret had issued. Where there is room, there are some in every world.
 */
export class Others {
  readonly #ids = new Set<string>()
  readonly #target: FreshTarget
  /** The id of the credential that the secret began with. */
  readonly first: string | undefined

  private constructor(target: FreshTarget, first?: string) {
    this.#target = target
    this.first = first
  }

  /** None where the target does not issue. Rejects where a hook is missing that tells what lives. */
  static async at(target: FreshTarget, { capabilities }: Provider, strategy: Strategy): Promise<Others> {
    if (!STRATEGIES[strategy].mints) return new Others(target)
    if (target.live === undefined) throw new Error(`the target gives no \`live\`, which ${strategy} requires`)
    const [first, ...more] = await target.live()
    if (first === undefined || more.length > 0)
      throw new Error('at a fresh target the credential of its secret must live, and no other')
    const others = new Others(target, first)
    if (target.issueByHand !== undefined && (capabilities.mint?.livesAtOnce ?? 1) >= ROOM_FOR_OTHERS) {
      await others.issue()
      if (capabilities.mint?.marked === true) await others.issue(ANOTHERS)
    }
    return others
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Somebody makes one more. */
  async issue(mark?: typeof ANOTHERS): Promise<string> {
    const id = await this.#target.issueByHand?.(mark)
    if (id === undefined) throw new Error('the target gives no `issueByHand`')
    this.#ids.add(id)
    return id
  }

  /** Somebody ends one. */
  async revoke(id: string): Promise<void> {
    await this.#target.revokeByHand?.(id)
    this.#ids.delete(id)
  }

  /** Of what lives, the rest. */
  async besides(): Promise<readonly string[]> {
    return ((await this.#target.live?.()) ?? []).filter((id) => !this.#ids.has(id))
  }

  /** What is broken where one of them was ended. */
  async touched(): Promise<string | undefined> {
    if (this.#ids.size === 0) return undefined
    const live = await this.#target.live?.()
    const gone = [...this.#ids].filter((id) => live?.includes(id) !== true).length
    return gone === 0
      ? undefined
      : `touches only its own: ${gone} credentials were ended that somebody else had made`
  }
}
