import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { LocalAws } from '../accounts/local-aws.ts'
import { ConnectionLost, LocalAwsError } from '../errors.ts'
import { isLambdaPath, type LambdaFunctions, lambdaAnswer } from '../functions/lambda.ts'
import { isSchedulerRequest, schedulerAnswer } from './scheduler.ts'
import { performSecretsManager } from './secrets-manager.ts'
import { isStsRequest, stsAnswer } from './sts.ts'
import { encode } from './wire.ts'

/** A request as it arrived, whole. Header names are in lower case. */
export interface DoorRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

export interface DoorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** What is behind the door. */
export interface Behind {
  readonly aws: LocalAws
  /** What the Lambda API can invoke. Absent: it knows no function. */
  readonly functions?: LambdaFunctions | undefined
  /** Answers what is asked below `/_quarterturn/`, or `undefined`. */
  readonly pages?: ((path: string) => DoorAnswer | undefined) | undefined
  /** Called after each operation, before its answer leaves. */
  readonly afterOperation?: ((operation: string) => void) | undefined
}

const JSON_1_1 = 'application/x-amz-json-1.1'

/**
 * Answers a request, whatever it is: what is wrong with it becomes an error as AWS words it. Rejects with
 * {@link ConnectionLost} alone, where the caller is to be left without an answer.
 */
export async function answer(behind: Behind, request: DoorRequest): Promise<DoorAnswer> {
  try {
    refuseBrowsers(request.headers)
    if (request.path.startsWith('/_quarterturn/')) return pageOf(behind, request)
    if (isLambdaPath(request.path)) return await lambdaAnswer(behind.functions ?? new Map(), request)
    if (isSchedulerRequest(request)) {
      const answered = schedulerAnswer(behind.aws, request)
      behind.afterOperation?.('Schedule')
      return answered
    }
    if (isStsRequest(request)) return stsAnswer(behind.aws, request)
    return {
      status: 200,
      headers: headersOf(JSON_1_1),
      body: encode(performSecretsManager(behind.aws, request, behind.afterOperation)),
    }
  } catch (error) {
    if (error instanceof ConnectionLost) throw error
    return errorAnswer(error)
  }
}

/** The answer to what went wrong before there was a request to answer, too. */
export function errorAnswer(error: unknown): DoorAnswer {
  const { name, message, statusCode } = error instanceof LocalAwsError ? error : unexpected()
  const body = JSON.stringify({ __type: name, Message: message })
  return { status: statusCode, headers: { ...headersOf(JSON_1_1), 'x-amzn-errortype': name }, body }
}

export const headersOf = (contentType: string): Record<string, string> => ({
  'x-amzn-requestid': randomUUID(),
  'content-type': contentType,
})

function pageOf({ pages }: Behind, { method, path }: DoorRequest): DoorAnswer {
  const page = method === 'GET' ? pages?.(path) : undefined
  if (page === undefined) throw new LocalAwsError('UnknownOperationException', 'There is no such page.', 404)
  return page
}

const LOOPBACK =
  /^(localhost|[a-z0-9-]+\.localhost|host\.docker\.internal|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * A web page that somebody has open must reach nothing here: a browser says by `Origin` where a request comes from, and
 * by `Host` which name it was told.
 */
function refuseBrowsers({ origin, host }: IncomingHttpHeaders): void {
  if (origin !== undefined || (host !== undefined && !LOOPBACK.test(host) && !AWS.test(host)))
    throw new LocalAwsError('AccessDeniedException', 'Requests of web pages are not answered.', 403)
}

/** What a client says that was pointed here by its proxy or resolver. */
const AWS = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?(:\d{1,5})?$/i

const unexpected = () =>
  new LocalAwsError('InternalServiceError', 'An error occurred on the server side.', 500)
