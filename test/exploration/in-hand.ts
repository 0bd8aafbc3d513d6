import type { StepContext } from '../../shared/engine/context.ts'
import type { Known } from '../../shared/engine/known.ts'
import { idOf } from './secrets.ts'
import type { Sleeper } from './state.ts'

const valueWith = (password: string) => ({ username: 'A', password })

/** Gives an invocation back what it had in hand of what the target issued. */
export async function takeInHand(context: StepContext, { held, token }: Sleeper): Promise<void> {
  const { made, primary, slot, ...ids } = held
  Object.assign(context.mints, ids)
  if (primary !== undefined) context.mints.primary = { id: primary, value: valueWith(primary) }
  if (slot !== undefined) context.mints.slot = { id: slot, value: valueWith(slot) }
  if (made === undefined) return
  const raw = { VersionId: idOf(token), SecretString: JSON.stringify(valueWith(made)) }
  context.mints.made = { id: made, version: await context.understand(raw, 'issued') }
}

/** What of it an invocation may still use. */
export function inHand({ mints }: StepContext, known: Known): Sleeper['held'] {
  const { made, leftover, extra, primary, slot } = mints
  const isOpen = known.step === 'createSecret' && known.places !== undefined && made === undefined
  return {
    ...(made && known.store === undefined && { made: made.id }),
    ...(leftover !== undefined && known.leftover === 'one' && { leftover }),
    ...(extra !== undefined && known.extra === 'one' && { extra }),
    ...(primary !== undefined && isOpen && { primary: primary.id }),
    ...(slot !== undefined && isOpen && { slot: slot.id }),
  }
}
