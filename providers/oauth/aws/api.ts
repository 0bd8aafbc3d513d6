import {
  endpointOf,
  errorOfFailure,
  type HttpClient,
  HttpFailure,
  type HttpReply,
  sendSigned,
} from '../../../shared/http/index.ts'
import { type AwsAccess, QuarterturnError } from '../../../shared/provider/index.ts'
import { type AwsProfile, actionsFor, actionsOf, type OperationName } from '../profile/aws.ts'
import { filled, filledJson, type Values } from '../profile/template.ts'
import { jsonOf, textAt } from '../reply.ts'
import { type AwsSecret, PLACE } from '../schema.ts'
import { valuesOf } from '../token.ts'

export interface AwsAnswer {
  readonly status: number
  readonly body: unknown
  /** The name of the error, where it is one. */
  readonly error: string | undefined
}

/** Where a service of AWS is, for a secret whose tokens are issued at `tokenOrigin`. */
export type AwsOrigin = (at: { readonly service: string; readonly tokenOrigin: string }) => string

export interface AwsApiOptions {
  /** To AWS alone, whose endpoints no secret names. */
  readonly toAws: HttpClient
  readonly aws: AwsAccess | undefined
  /** Undefined: at its endpoint in the Region. */
  readonly awsOrigin: AwsOrigin | undefined
}

/** The operations of a profile, each signed for one resource in the account and Region of the secret. */
export class AwsApi {
  readonly #options: AwsApiOptions

  constructor(options: AwsApiOptions) {
    this.#options = options
  }

  get #aws(): AwsAccess {
    const { aws } = this.#options
    if (aws === undefined) throw new Error('the engine gave no access to AWS')
    return aws
  }

  get region(): string {
    return this.#aws.region
  }

  /**
   * Answers what succeeded, or was refused for what was asked; rejects where the service does not say, and where the function
   * may not.
   */
  async call(secret: AwsSecret, name: OperationName, more: Values = {}): Promise<AwsAnswer> {
    const { profile } = secret[PLACE]
    const { aws } = profile
    const { operation, body } = profile[name]
    const values = { ...valuesOf(secret), ...more }
    this.#requireRegion(secret)
    const credentials = await this.#aws.credentials([
      { actions: actionsFor(profile, name), resources: [this.#arnOf(profile, values)] },
    ])
    const reply = await sendSigned(this.#options.toAws, {
      origin: this.#originOf(secret),
      service: aws.service,
      region: this.region,
      target: `${aws.target}.${operation}`,
      body: filledJson(body, values),
      credentials,
    }).catch((error: unknown) => {
      throw error instanceof HttpFailure ? errorOfFailure(error) : error
    })
    const answer = { status: reply.status, body: jsonOf(reply), error: errorIn(reply) }
    stopUnlessSaid(profile, operation, answer)
    return answer
  }

  #requireRegion(secret: AwsSecret): void {
    const { profile, fields } = secret[PLACE]
    const { regionIn } = profile.aws
    if (fields[regionIn]?.startsWith(`${this.region}_`) !== true)
      throw new QuarterturnError('SECRET_INVALID', {
        problem: `\`${regionIn}\` is of another Region than the secret`,
        remedy: `keep the secret in the Region of what \`${regionIn}\` names`,
      })
  }

  #arnOf({ aws }: AwsProfile, values: Values): string {
    const [, partition, , region, account] = this.#aws.secretArn.split(':')
    return `arn:${partition}:${aws.service}:${region}:${account}:${filled(aws.resource, values)}`
  }

  #originOf(secret: AwsSecret): string {
    const { awsOrigin } = this.#options
    const { profile, tokenOrigin } = secret[PLACE]
    const { service } = profile.aws
    if (awsOrigin !== undefined) return awsOrigin({ service, tokenOrigin })
    const origin = endpointOf(service, this.#aws.secretArn)
    if (origin !== undefined) return origin
    throw new QuarterturnError('SECRET_INVALID', {
      problem: 'the endpoints of AWS in the partition of this secret are not known here',
      remedy: 'rotate it by other means',
    })
  }
}

/** As the service writes it in the body, with a namespace in front or not. */
const errorIn = (reply: HttpReply): string | undefined =>
  reply.status < 400 ? undefined : (textAt(jsonOf(reply), '__type') ?? '').split('#').at(-1)

const DENIED = /^(AccessDenied|NotAuthorized|UnauthorizedOperation)/
/** The signature, or what it was made with, is not taken. */
const UNSIGNED =
  /^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken)/
const THROTTLED = /^(TooManyRequests|Throttl|RequestLimitExceeded|ServiceUnavailable|Internal)/

/** Nothing of a message is told: AWS repeats in it what was sent. */
function stopUnlessSaid(profile: AwsProfile, operation: string, { status, error }: AwsAnswer): void {
  const { service, permission } = profile.aws
  const action = `${service}:${operation}`
  if (status === 200) return
  if (error !== undefined && DENIED.test(error))
    throw new QuarterturnError('PRIVILEGE_MISSING', {
      problem: `${action} is denied: it needs ${permission.name}`,
      remedy: `allow ${actionsOf(profile).join(', ')} to the role of the function, and ${permission.remedy}`,
    })
  if (error !== undefined && UNSIGNED.test(error))
    throw new QuarterturnError('AWS_ACCESS_DENIED', {
      problem: `${action} is refused with ${UNSIGNED.exec(error)?.[0]}: AWS does not take what signs it`,
    })
  const isSaid = status === 400 && error !== undefined && error !== '' && !THROTTLED.test(error)
  if (!isSaid)
    throw new QuarterturnError('TARGET_UNREACHABLE', { problem: `${action} was answered ${status}` })
}
