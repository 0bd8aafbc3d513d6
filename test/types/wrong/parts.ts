/** A whole provider in parts; each file beside this one leaves one out or gets it wrong. */
import type { Capabilities, Identity, Proposal, Session, StoredSecret } from 'quarterturn/provider'
import * as z from 'zod'

export const Secret = z.looseObject({ engine: z.literal('acme'), username: z.string(), password: z.string() })
export type Secret = z.output<typeof Secret>

export const serves = { engines: ['acme'] }
export const capabilities: Capabilities = {
  strategies: ['single-user'],
  repeat: 'harmless',
  lock: 'none',
  failedProbe: 'free',
}
export const identity = ({ username, password }: Secret): Identity => ({
  account: username,
  endpoint: 'acme',
  credential: password,
})
export const withCredential = ({
  into,
  from,
}: {
  readonly into: StoredSecret
  readonly from: StoredSecret
}) => ({
  ...into,
  password: from['password'],
})
export const propose = ({ current, entropy }: Proposal) => ({ ...current, password: entropy.password() })

export const session: Session = {
  check: async () => ({ possible: true, missing: [] }),
  probe: async () => ({ verdict: 'unknown', reason: 'nothing was asked' }),
  exclusive: ({ work }) => work(),
  apply: async () => ({ result: 'applied' }),
  close: async () => {},
}
export const open = (): Session => session
