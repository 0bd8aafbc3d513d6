import {
  ONLY_MINTS,
  type Provider,
  proposesNothing,
  type Session,
  type Who,
} from '../../shared/provider/index.ts'
import type { MintKind, State } from './state.ts'

/** A target that issues credentials, for one action of one invocation. */
export interface Minting {
  readonly kind: MintKind
  readonly get: () => State
  readonly set: (state: State) => void
  /** The rotation that the invocation is of. */
  readonly token: number
  /** Whether a credential is older than any invocation lives. */
  readonly isOld: (password: string) => boolean
  /** The target finds that nothing needs to change. */
  readonly isUnchanged?: boolean
}

/** What a provider says that issues credentials; the password is the id as well. */
export const PLAIN_PROVIDER: Pick<Provider, 'serves' | 'schema' | 'identity' | 'withCredential' | 'propose'> =
  {
    serves: { engines: [] },
    schema: {
      '~standard': { version: 1, vendor: 'exploration', validate: (value: unknown) => ({ value }) },
    },
    identity: (secret) => {
      const password = fieldOf(secret, 'password')
      return { account: 'A', endpoint: '', credential: password, id: password }
    },
    withCredential: ({ from }) => from,
    propose: proposesNothing,
  }

export const fieldOf = (value: unknown, name: string): string =>
  typeof value === 'object' && value !== null ? String(Reflect.get(value, name)) : ''

/** The password that a credential has, by whose it is. */
export const passwordsOf =
  (values: Parameters<Provider['open']>[0]['values']) =>
  (who: Who): string =>
    fieldOf(values[who]?.reveal(), 'password')

/** What a session has in common where whatever lives at the target signs in. */
export const sessionWhereAllSignIn = (get: () => State, passwordOf: (who: Who) => string): Session => ({
  ...ONLY_MINTS,
  check: async () => ({ possible: true, missing: [] }),
  probe: async ({ who }) =>
    get().mints.some(({ password }) => password === passwordOf(who))
      ? { verdict: 'accepted', as: 'A' }
      : { verdict: 'rejected' },
  close: async () => undefined,
})
