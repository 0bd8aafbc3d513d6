import { type IncomingMessage, request } from 'node:http'
import { FunctionFailed } from './function-failed.ts'

/** Lambda's own limits. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LONGEST_MS = 900_000
const LARGEST_ANSWER = 6_291_456

/** The path that the Lambda API has for a function. */
export const invocationPath = (name: string): string =>
  `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`

/**
 * A function that somebody serves on this machine by Lambda's `Invoke`: the event is the body of a POST. Rejects with
 * {@link FunctionFailed} for a function that threw, by `X-Amz-Function-Error` or, as the Runtime Interface Emulator
 * leaves that header out, by an `errorType` and `errorMessage` in the body; and for an answer that Lambda never gives.
 *
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/20
 */
export function functionAt(url: URL): (payload: unknown) => Promise<unknown> {
  return async (payload) => {
    const { response, body } = await post(url, JSON.stringify(payload))
    const answered = parse(body)
    const failure = failureIn(answered)
    if (failure !== undefined) throw failure
    const { statusCode = 0, headers } = response
    if (statusCode !== 200) throw unlike(url, `with status ${statusCode}, and Lambda's Invoke answers 200`)
    if (headers['x-amz-function-error'] !== undefined)
      throw new FunctionFailed('Unhandled', 'The function failed without saying why.')
    if (answered === NO_JSON)
      throw unlike(
        url,
        body === '' ? 'with nothing, and a Lambda function answers `null` then' : 'with no JSON',
      )
    return answered
  }
}

const NO_JSON = Symbol('no JSON')

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return NO_JSON
  }
}

function failureIn(answered: unknown): FunctionFailed | undefined {
  if (typeof answered !== 'object' || answered === null) return undefined
  const { errorType, errorMessage } = answered as { errorType?: unknown; errorMessage?: unknown }
  if (typeof errorMessage !== 'string') return undefined
  return new FunctionFailed(typeof errorType === 'string' ? errorType : 'Unhandled', errorMessage)
}

const unlike = (url: URL, how: string) => new FunctionFailed('InvalidAnswer', `${url.host} answered ${how}.`)

function post(url: URL, event: string): Promise<{ response: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(event) }
    const sent = request(url, { method: 'POST', headers, signal: AbortSignal.timeout(LONGEST_MS) })
    const failed = (error: Error & { code?: string }) => {
      const why =
        error.name === 'AbortError' ? `in ${LONGEST_MS / 1000} s` : `(${error.code ?? error.message})`
      reject(new FunctionFailed('Unreachable', `No function answers at ${url.host} ${why}.`))
    }
    sent.on('error', failed)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('error', failed)
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > LARGEST_ANSWER) sent.destroy(new Error(`its answer is over ${LARGEST_ANSWER} bytes`))
        else chunks.push(chunk)
      })
      response.on('end', () => resolve({ response, body: Buffer.concat(chunks).toString() }))
    })
    sent.end(event)
  })
}
