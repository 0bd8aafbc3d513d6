/**
 * Takes the place of the package undici in our bundles: 736 KB, of which jsforce's own transport is made. Ours is used instead,
 * so whatever would send anything by this one is refused.
 */
const refuse = (): never => {
  throw new Error("jsforce's own transport is not in this bundle")
}

/** jsforce makes one when it is loaded. */
export class Agent {}
export class ProxyAgent {
  constructor() {
    refuse()
  }
}
export class Response {}
export const errors = { SocketError: class extends Error {} }
export const fetch = refuse
