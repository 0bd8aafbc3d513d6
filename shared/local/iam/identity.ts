import type { PolicyDocument } from './policy.ts'

/** What signs requests, as an SDK takes it. */
export interface LocalCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** A key of the default principal or of a user, or of one session of a role. Plain data. */
export type StoredKey = UserKey | SessionKey

export interface UserKey {
  readonly kind: 'user'
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accountId: string
  readonly userName: string
  /** Left out: everything is allowed. */
  readonly policies?: readonly PolicyDocument[]
}

export interface SessionKey {
  readonly kind: 'session'
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly accountId: string
  readonly roleName: string
  readonly sessionName: string
  readonly expiresAtMs: number
  /** Given with AssumeRole: what the role may do is cut down to what these allow. */
  readonly sessionPolicies?: readonly PolicyDocument[]
  readonly tags: Readonly<Record<string, string>>
  /** The function whose code got this session from Lambda. */
  readonly functionArn?: string
}

/** A role. Plain data. */
export interface StoredRole {
  readonly name: string
  readonly arn: string
  readonly id: string
  readonly trust: PolicyDocument
  readonly policies: readonly PolicyDocument[]
  readonly maxSessionSeconds: number
}

/** Whoever makes a request, with what counts for permissions. */
export interface Identity {
  readonly accountId: string
  /** As GetCallerIdentity answers it. */
  readonly arn: string
  readonly userId: string
  /** Set for a session of a role. */
  readonly roleArn?: string
  /** What the identity policies allow; left out, everything. */
  readonly policies?: readonly PolicyDocument[]
  readonly sessionPolicies?: readonly PolicyDocument[]
  /** Condition keys that come with the caller. */
  readonly context: Readonly<Record<string, string | undefined>>
}

export function identityOf(key: StoredKey, role: StoredRole | undefined): Identity {
  const { accountId } = key
  if (key.kind === 'user') {
    const arn = `arn:aws:iam::${accountId}:user/${key.userName}`
    return {
      accountId,
      arn,
      userId: `AIDA${padded(key.userName)}`,
      ...(key.policies === undefined ? {} : { policies: key.policies }),
      context: { 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': accountId, 'aws:PrincipalType': 'User' },
    }
  }
  const roleArn = role?.arn ?? `arn:aws:iam::${accountId}:role/${key.roleName}`
  const tags = Object.entries(key.tags).map(([name, value]) => [`aws:PrincipalTag/${name}`, value])
  return {
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${key.roleName}/${key.sessionName}`,
    userId: `${role?.id ?? 'AROAGONE'}:${key.sessionName}`,
    roleArn,
    // A role that is gone allows nothing.
    policies: role?.policies ?? [],
    ...(key.sessionPolicies === undefined ? {} : { sessionPolicies: key.sessionPolicies }),
    context: {
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalAccount': accountId,
      'aws:PrincipalType': 'AssumedRole',
      'lambda:SourceFunctionArn': key.functionArn,
      ...Object.fromEntries(tags),
    },
  }
}

const padded = (name: string): string =>
  Buffer.from(name).toString('hex').toUpperCase().padEnd(17, 'A').slice(0, 17)
