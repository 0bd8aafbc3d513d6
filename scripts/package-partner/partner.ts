import { defineProvider, type Session, type Verdict } from 'quarterturn/provider'
import { z } from 'zod'

/** The target: one password for each account, in memory. */
export const notebook = new Map<string, string>()

const NotebookSecret = z.looseObject({
  engine: z.literal('notebook'),
  username: z.string(),
  password: z.string(),
})

/** A provider as a partner writes it, with nothing but what the package exports. */
export const notebookProvider = defineProvider({
  name: 'notebook',
  serves: { engines: ['notebook'] },
  schema: NotebookSecret,
  capabilities: { strategies: ['single-user'], repeat: 'harmless', lock: 'none', failedProbe: 'free' },

  identity: ({ username, password }) => ({ account: username, endpoint: 'notebook', credential: password }),
  withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
  propose: ({ current, entropy }) => ({ ...current, password: entropy.password() }),

  open({ values }): Session {
    return {
      async check() {
        return { possible: true, missing: [] }
      },
      async probe({ who }): Promise<Verdict> {
        const secret = values[who]?.reveal()
        if (secret === undefined) return { verdict: 'unknown', reason: `there is no ${who} value` }
        return notebook.get(secret.username) === secret.password
          ? { verdict: 'accepted', as: secret.username }
          : { verdict: 'rejected' }
      },
      exclusive: ({ work }) => work(),
      async apply({ to }) {
        const secret = values[to]?.reveal()
        if (secret === undefined) throw new Error(`there is no ${to} value`)
        notebook.set(secret.username, secret.password)
        return { result: 'applied' }
      },
      async close() {},
    }
  },
})
