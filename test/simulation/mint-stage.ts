import { CALM, createClock } from '../../shared/local/index.ts'
import type { MintCapabilities } from '../../shared/provider/index.ts'
import { MintTarget, mintProvider } from './mint-target.ts'
import { Stage } from './stage.ts'

/** A secret whose credentials live beside each other until they are ended. */
export function mintStage(mint: Partial<MintCapabilities> = {}, more: object = {}) {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new MintTarget(() => clock.now())
  target.capabilities = { ...target.capabilities, ...mint }
  const stage = new Stage({ provider: mintProvider(target), model: { clock, unpublished: CALM }, more })
  return { clock, target, stage }
}
