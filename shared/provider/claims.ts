import type { Capabilities, Strategy } from './contract.ts'
import type { MintCapabilities } from './mint.ts'

/** What a strategy asks of the capabilities of a provider that offers it; the answer in words, where it is not so. */
const ASKS: Readonly<Record<Strategy, (mint: MintCapabilities | undefined) => string | undefined>> = {
  'single-user': () => undefined,
  'dual-password': () => undefined,
  'alternating-users': () => undefined,
  overlapping: (mint) => severalAtOnce(mint),
  staged: (mint) => severalAtOnce(mint),
  grace: (mint) =>
    mint === undefined
      ? NONE
      : mint.inPlace === true || mint.consuming === true
        ? KILLS
        : mint.graceMs === undefined
          ? '`capabilities.mint.graceMs` is missing: how long the old credential goes on'
          : undefined,
  'in-place-minted': (mint) =>
    mint === undefined
      ? NONE
      : mint.inPlace === true
        ? undefined
        : '`capabilities.mint.inPlace` is not true: where a mint leaves the old credential alive, `overlapping` or `grace` is without a gap',
  'refresh-token': (mint) =>
    mint === undefined
      ? NONE
      : mint.consuming === true
        ? undefined
        : '`capabilities.mint.consuming` is not true: what may be minted twice is no refresh token',
  conditional: (mint) => (mint === undefined ? NONE : undefined),
}

const NONE = '`capabilities.mint` is missing'
const KILLS = 'a mint ends the credential that it replaces, by `capabilities.mint`'

function severalAtOnce(mint: MintCapabilities | undefined): string | undefined {
  if (mint === undefined) return NONE
  if (mint.inPlace === true || mint.consuming === true) return KILLS
  return mint.livesAtOnce >= 2
    ? undefined
    : '`capabilities.mint.livesAtOnce` is less than 2: there is no room for a second one'
}

/** What is wrong with the offer of a strategy, in words; undefined where the capabilities bear it out. */
export const flawOfOffer = (strategy: Strategy, { mint }: Capabilities): string | undefined => {
  const flaw = ASKS[strategy](mint)
  return flaw === undefined ? undefined : `the strategy \`${strategy}\` is on offer, but ${flaw}`
}
