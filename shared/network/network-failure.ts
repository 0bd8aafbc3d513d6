import { NOT_ALLOWED } from './connect.ts'
import type { Broken } from './failure.ts'

/** Node's text may hold the address; its code does not. */
export function networkFailure(error: Error): Broken {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'no code'
  return { kind: 'network', message: `${NETWORK[code] ?? 'the connection broke'} (${code})` }
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at `host` and `port`',
  ENOTFOUND: '`host` has no address',
  EAI_AGAIN: '`host` could not be looked up',
  EHOSTUNREACH: 'there is no way to `host`',
  ENETUNREACH: 'there is no way to `host`',
  [NOT_ALLOWED]: '`host` is not one that this function may reach',
  ETIMEDOUT: '`host` does not answer',
}
