import { QuarterturnError } from '../errors/index.ts'
import { fromAwsError } from './errors.ts'
import type { SessionCredentials, StsPort } from './sts-port.ts'

export interface SessionRequest {
  readonly roleArn: string
  readonly externalId: string
  /** What CloudTrail shows of each call. */
  readonly name: string
  readonly policy: string
}

interface Kept<T> {
  readonly made: Promise<{ readonly expiresAt: number; readonly value: T }>
}

/** The shortest that there is: no invocation lives longer. A role assumed by a role gives an hour at most. */
const DURATION_SECONDS = 900
/** A session is not used any more so long before its end: longer than one call can take. */
const MARGIN_MS = 60_000
/** Rotations in turn need a few each; a container that serves many secrets forgets the oldest. */
const MOST = 100

/**
 * Sessions of roles in other accounts, each kept until shortly before it expires. What is asked for again is found by the
 * role, the name and the policy together, so that no two secrets and no two rotations ever share one.
 */
export class Sessions<T> {
  readonly #sts: StsPort
  readonly #now: () => number
  readonly #make: (credentials: SessionCredentials) => T
  readonly #kept = new Map<string, Kept<T>>()

  /** `make` is given the credentials of a new session, and its answer is kept instead of them. */
  constructor(sts: StsPort, now: () => number, make: (credentials: SessionCredentials) => T) {
    this.#sts = sts
    this.#now = now
    this.#make = make
  }

  /** Rejects with `ROLE_REFUSED` where the role is not given, and with the other errors of AWS. */
  async get(request: SessionRequest): Promise<T> {
    const key = JSON.stringify([request.roleArn, request.externalId, request.name, request.policy])
    const known = await this.#kept.get(key)?.made
    if (known !== undefined && known.expiresAt - MARGIN_MS > this.#now()) return known.value
    const made = this.#open(request)
    this.#kept.delete(key)
    this.#kept.set(key, { made })
    const oldest = this.#kept.keys().next().value
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest)
    try {
      return (await made).value
    } catch (error) {
      if (this.#kept.get(key)?.made === made) this.#kept.delete(key)
      throw error
    }
  }

  async #open({ roleArn, externalId, name, policy }: SessionRequest) {
    const { Credentials } = await this.#sts
      .assumeRole({
        RoleArn: roleArn,
        RoleSessionName: name,
        ExternalId: externalId,
        DurationSeconds: DURATION_SECONDS,
        Policy: policy,
      })
      .catch((error: unknown) => {
        throw refusal(error, roleArn)
      })
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
    if (
      AccessKeyId === undefined ||
      SecretAccessKey === undefined ||
      SessionToken === undefined ||
      Expiration === undefined
    )
      throw new QuarterturnError('AWS_REFUSED', {
        problem: `AssumeRole of ${roleArn} answered no credentials`,
      })
    return {
      expiresAt: Expiration.getTime(),
      value: this.#make({
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      }),
    }
  }
}

/** STS says the same of a role that is absent, of one that does not trust this one, and of a wrong external id. */
function refusal(error: unknown, roleArn: string): QuarterturnError {
  const mapped = fromAwsError(error, { action: 'sts:AssumeRole', secretId: roleArn })
  return mapped.code === 'AWS_ACCESS_DENIED' && mapped.fields['awsError'] === 'AccessDenied'
    ? new QuarterturnError('ROLE_REFUSED', {
        problem: `the role ${roleArn} is not given to this function`,
        fields: mapped.fields,
        cause: error,
      })
    : mapped
}
