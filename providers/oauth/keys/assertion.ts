import * as oauth from 'oauth4webapi'
import type { Algorithm, SigningKey } from './signing-key.ts'

/** How far the clocks of the two ends may be apart, in seconds. */
const SKEW_S = 30
/** How long an assertion is good for after that, in seconds: it is made for one request. */
const LIFE_S = 60

/** What an assertion is made with, and for whom. */
export interface Signer {
  readonly key: SigningKey
  readonly keyId: string
  readonly algorithm: Algorithm
  /** The server that it is for: its issuer, or its token endpoint. Nobody else takes it. */
  readonly audience: string
}

/** The client says who it is by a signed assertion (RFC 7523, section 2.2), each with an id of its own. */
export const assertionBy = ({ key, keyId, algorithm, audience }: Signer): oauth.ClientAuth =>
  oauth.PrivateKeyJwt(
    { key: key.forSigning(algorithm), kid: keyId },
    {
      [oauth.modifyAssertion]: (header, payload) => {
        header['alg'] = algorithm
        const now = Number(payload['iat'])
        Object.assign(payload, {
          aud: audience,
          iat: now - SKEW_S,
          nbf: now - SKEW_S,
          exp: now + SKEW_S + LIFE_S,
        })
      },
    },
  )
