import { defineProvider, type Provider } from 'quarterturn/provider'
import { portOf } from './http.ts'
import { type Allowances, createExampleTargetSchema, type ExampleTargetSchema } from './schema.ts'
import { openSession } from './session.ts'

export interface ExampleTargetOptions extends Allowances {
  /** Milliseconds for one request, connecting included. Default 10,000. */
  readonly timeoutMs?: number
}

/** The provider for Example Target: changes the password of one user in place, signed in as that user. */
export function createExampleTarget(options: ExampleTargetOptions = {}): Provider<ExampleTargetSchema> {
  const { timeoutMs = 10_000 } = options
  return defineProvider({
    name: 'example-target',
    serves: { engines: ['example-target'] },
    schema: createExampleTargetSchema(options),
    capabilities: {
      strategies: ['single-user'],
      // The password in force signs the change, so a late or second one is answered 401 and changes nothing.
      repeat: 'compare-and-swap',
      lock: 'none',
      failedProbe: 'counts',
    },
    identity: ({ url, username, password }) => ({
      account: username,
      endpoint: url,
      credential: password,
      server: serverOf(new URL(url)),
    }),
    withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
    propose: ({ current, entropy }) => ({ ...current, password: entropy.password() }),
    open: (request) => openSession(request, timeoutMs),
  })
}

const serverOf = (url: URL) => ({ host: url.hostname, port: portOf(url) })
