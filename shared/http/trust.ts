import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { Trust } from '../network/tls.ts'

/** The public authorities that Node knows, and the deployment's own. `ca` is PEM. */
export const createPublicTrust =
  (ca: string | undefined): Trust =>
  () => {
    const known = contexts.get(ca)
    if (known !== undefined) return known
    const context = createSecureContext({
      ca: [...getCACertificates('default'), ...(ca === undefined ? [] : [ca])],
      minVersion: 'TLSv1.2',
    })
    contexts.set(ca, context)
    return context
  }

/** By the authorities of the deployment, of which a process has one list: parsing takes a while. */
const contexts = new Map<string | undefined, SecureContext>()
