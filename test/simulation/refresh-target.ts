import * as z from 'zod'
import {
  defineProvider,
  ONLY_MINTS,
  type Provider,
  proposesNothing,
  type Session,
  type Verdict,
} from '../../shared/provider/index.ts'

const RefreshSecret = z.looseObject({ username: z.string(), refresh: z.string(), access: z.string() })

/** An authorization server with one chain of refresh tokens: each is used once, and a second use ends the chain. */
export class RefreshTarget {
  head: string | undefined = 'r0'
  readonly accessTokens = new Set(['a0'])
  readonly calls: string[] = []
  losesReplies = 0
  /** Whether a refresh gives a new refresh token too. */
  rotates = true
  #made = 0

  refresh(token: string): { readonly refresh: string; readonly access: string } | undefined {
    this.calls.push(`refresh ${token}`)
    if (token !== this.head) {
      this.head = undefined
      this.accessTokens.clear()
      return undefined
    }
    this.#made += 1
    if (this.rotates) this.head = `r${this.#made}`
    const access = `a${this.#made}`
    this.accessTokens.add(access)
    return { refresh: this.head, access }
  }
}

export const refreshProvider = (target: RefreshTarget): Provider =>
  defineProvider({
    name: 'simulated-refresh',
    serves: { engines: ['simulated'] },
    schema: RefreshSecret,
    capabilities: {
      strategies: ['refresh-token'],
      repeat: 'once',
      lock: 'none',
      failedProbe: 'free',
      mint: { marked: false, readable: false, livesAtOnce: 1, consuming: true },
    },
    identity: ({ username, refresh }) => ({ account: username, endpoint: 'simulated', credential: refresh }),
    withCredential: ({ into, from }) => ({ ...into, refresh: from['refresh'], access: from['access'] }),
    propose: proposesNothing,
    open: ({ values }): Session => ({
      ...ONLY_MINTS,
      check: async () => ({ possible: true, missing: [] }),
      probe: async ({ who }): Promise<Verdict> => {
        target.calls.push(`probe ${who}`)
        return target.accessTokens.has(values[who]?.reveal().access ?? '')
          ? { verdict: 'accepted', as: 'A' }
          : { verdict: 'rejected' }
      },
      mint: async ({ from }) => {
        const secret = values[from]?.reveal()
        const issued = target.refresh(secret?.refresh ?? '')
        if (target.losesReplies > 0) {
          target.losesReplies -= 1
          throw new Error('the reply was lost')
        }
        if (issued === undefined) return { result: 'declined', reason: 'invalid_grant' }
        return { result: 'minted', value: { ...values.current?.reveal(), ...issued } }
      },
      close: async () => undefined,
    }),
  }) as Provider
