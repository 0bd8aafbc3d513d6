import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SecretVersion } from '../aws/secrets-manager.ts'
import { QuarterturnError } from '../errors/index.ts'
import type { Identity, Provider, StoredSecret } from '../provider/contract.ts'
import type { Cleaner } from '../redact.ts'
import { type Sealed, seal } from '../sealed.ts'
import { isJsonObject, parseJson } from './json.ts'
import { CANDIDATE_LABEL } from './known.ts'

/** One version of the secret, read and understood. Its values stay sealed. */
export interface Version {
  readonly versionId: string
  readonly stages: readonly string[]
  /** Milliseconds since the epoch, where Secrets Manager said so. */
  readonly createdAt: number | undefined
  readonly stored: Sealed<StoredSecret>
  readonly secret: Sealed<unknown>
  readonly account: string
  readonly endpoint: string
  /** Of what was issued by the target: its id there. */
  readonly id: string | undefined
  /** Where changes are made, where the provider says so. */
  readonly server: Identity['server']
  /** Where consumers sign in, where the provider says so. */
  readonly consumer: Identity['server']
  /** HMAC of the credential under a key of this process: comparable, worthless elsewhere. */
  readonly fingerprint: Buffer
}

const fingerprintKey = createSecretKey(randomBytes(32))

const fingerprintOf = (credential: string): Buffer =>
  createHmac('sha256', fingerprintKey).update(credential, 'utf8').digest()

export const isSameAccount = (a: Version, b: Version): boolean =>
  a.account === b.account && a.endpoint === b.endpoint

export const isSameCredential = (a: Version, b: Version): boolean =>
  isSameAccount(a, b) && timingSafeEqual(a.fingerprint, b.fingerprint)

/** The JSON object of a version, before any provider is known. Throws `SECRET_BINARY` or `SECRET_NOT_JSON`. */
export function storedOf(version: SecretVersion, label: string, cleaner: Cleaner): StoredSecret {
  if (version.SecretString === undefined)
    throw new QuarterturnError('SECRET_BINARY', {
      problem: `the ${label} version holds SecretBinary`,
      fields: { label },
    })
  cleaner.know(version.SecretString)
  let parsed: unknown
  try {
    parsed = parseJson(version.SecretString)
  } catch {
    // The parser's own message quotes the text, so it goes nowhere.
    throw new QuarterturnError('SECRET_NOT_JSON', {
      problem: `the ${label} version is not JSON`,
      fields: { label },
    })
  }
  if (!isJsonObject(parsed))
    throw new QuarterturnError('SECRET_NOT_JSON', {
      problem: `the ${label} version is JSON, but not an object`,
      fields: { label },
    })
  return parsed
}

/** Parses a stored object by the provider's schema. Throws `SECRET_INVALID` naming each field. */
export function understand(
  provider: Provider,
  stored: StoredSecret,
  label: string,
  about: {
    readonly versionId: string
    readonly stages: readonly string[]
    readonly createdAt: number | undefined
  },
  cleaner: Cleaner,
): Version {
  const result = provider.schema['~standard'].validate(stored)
  if (result instanceof Promise)
    throw new QuarterturnError('PROVIDER_FAILED', {
      problem: `the schema of ${provider.name} is asynchronous`,
    })
  if (result.issues !== undefined) {
    // Without an identity nobody has said which field is the credential, so the names have to do.
    for (const [key, value] of Object.entries(stored))
      if (typeof value === 'string' && SECRET_SOUNDING.test(key)) cleaner.know(value)
    throw new QuarterturnError('SECRET_INVALID', {
      problem: `the ${label} version: ${result.issues.map(issueText).join('; ')}`,
      fields: { label },
      ...remedyFor(label, about.versionId),
    })
  }
  const identity = provider.identity(result.value)
  cleaner.know(identity.credential)
  return {
    ...about,
    stored: seal(stored),
    secret: seal(result.value),
    account: identity.account,
    endpoint: identity.endpoint,
    id: identity.id,
    server: identity.server,
    consumer: identity.consumer ?? identity.server,
    fingerprint: fingerprintOf(identity.credential),
  }
}

const SECRET_SOUNDING = /pass|pwd|secret|token|key|cred/i

/** A version is written once, so a field of one that is not current cannot be corrected. */
function remedyFor(label: string, versionId: string): { remedy?: string } {
  if (label === 'AWSPENDING' || label === CANDIDATE_LABEL)
    return {
      remedy: `see that AWSCURRENT signs in, take the label off with \`aws secretsmanager update-secret-version-stage --secret-id {secret} --version-stage ${label} --remove-from-version-id ${versionId}\`, then rotate again`,
    }
  return {}
}

const issueText = (issue: {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}): string => {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return path === '' ? issue.message : `\`${path}\`: ${issue.message}`
}
