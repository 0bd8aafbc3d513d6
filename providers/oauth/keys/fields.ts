import type { KeyPairProfile } from '../profile/schema.ts'
import { ALGORITHMS, type Algorithm, type SigningKey, signingKeyOf } from './signing-key.ts'

/** A secret as far as its key goes. */
interface KeyFields {
  readonly clientId: string
  readonly privateKey?: string | undefined
  readonly keyId?: string | undefined
  readonly signingAlgorithm?: Algorithm | undefined
  readonly registrationAccessToken?: string | undefined
  readonly apiToken?: string | undefined
}

export interface KeyRead {
  readonly key?: SigningKey
  readonly algorithm?: Algorithm
  /** By the name of the field. */
  readonly issues: readonly (readonly [field: string, issue: string])[]
}

/** What an admin is called that is no client, and has an API token only. */
export const API_TOKEN = 'api-token'

/** The key of a secret of this kind, and what is wrong with it. No issue repeats a value. */
export function keyIn({ forms, api }: KeyPairProfile, secret: KeyFields): KeyRead {
  if (secret.clientId === API_TOKEN && secret.apiToken !== undefined && secret.privateKey === undefined)
    return { issues: [] }
  const missing = (['privateKey', 'keyId'] as const).filter((name) => secret[name] === undefined)
  const token = 'registrationAccessToken'
  const needed = api.authorization.by === 'registration' && secret[token] === undefined ? [token] : []
  const issues = [...missing, ...needed].map((name) => [name, `\`${name}\` is missing; add it`] as const)
  if (secret.privateKey === undefined) return { issues }
  const key = signingKeyOf(secret.privateKey)
  if (key === undefined || !forms.includes(key.form))
    return {
      issues: [
        ...issues,
        [
          'privateKey',
          `\`privateKey\` is not a private key in PEM, without a passphrase, of one of the forms ${forms.join(', ')}; store one that is`,
        ],
      ],
    }
  const fitting: readonly Algorithm[] = ALGORITHMS[key.form]
  const algorithm = secret.signingAlgorithm ?? fitting[0]
  if (algorithm === undefined || !fitting.includes(algorithm))
    return {
      issues: [
        ...issues,
        [
          'signingAlgorithm',
          `\`signingAlgorithm\` is not for the key of \`privateKey\`, which is for ${fitting.join(' or ')}; correct it, or leave it out`,
        ],
      ],
    }
  return { key, algorithm, issues }
}
