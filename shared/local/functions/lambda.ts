import { LocalAwsError } from '../errors.ts'
import type { DoorAnswer, DoorRequest } from '../http/door.ts'
import { decodeText } from '../http/wire.ts'
import { functionError } from './function-failed.ts'

/** A function as Lambda calls it: any JSON value in and out, rejects when it throws. */
export interface LambdaFunction {
  readonly arn: string
  invoke(payload: unknown): Promise<unknown>
}

/** By name. */
export type LambdaFunctions = ReadonlyMap<string, LambdaFunction>

const PATH = /^\/2015-03-31\/functions\/([^/?]{1,512})\/invocations(?:\?Qualifier=([^&]*))?$/

export const isLambdaPath = (path: string): boolean => path.startsWith('/2015-03-31/functions/')

/**
 * Lambda's `Invoke`, for the functions that rotate here. A function that throws is answered with status 200, its error
 * in the body and in `X-Amz-Function-Error`. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function lambdaAnswer(functions: LambdaFunctions, request: DoorRequest): Promise<DoorAnswer> {
  try {
    return await invoked(functions, request)
  } catch (error) {
    // Lambda's API names an error in a header, and says in the body whose fault it is.
    const known =
      error instanceof LocalAwsError ? error : new LocalAwsError('ServiceException', 'Failed.', 500)
    const body = JSON.stringify({
      Type: known.$fault === 'client' ? 'User' : 'Service',
      Message: known.message,
    })
    return { status: known.statusCode, headers: { ...JSON_ANSWER, 'x-amzn-errortype': known.name }, body }
  }
}

const JSON_ANSWER = { 'content-type': 'application/json' } as const

async function invoked(functions: LambdaFunctions, request: DoorRequest): Promise<DoorAnswer> {
  const found = functionFor(functions, request)
  const payload = payloadOf(request.body)
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
  const headers = { ...JSON_ANSWER, 'x-amz-executed-version': '$LATEST' }
  if (type === 'DryRun') return { status: 204, headers, body: '' }
  if (type === 'Event') {
    // Its outcome goes nowhere, as it does on AWS without a destination.
    found.invoke(payload).catch(() => {})
    return { status: 202, headers, body: '' }
  }
  if (type !== 'RequestResponse')
    throw new LocalAwsError('InvalidParameterValueException', 'The InvocationType is not known.')
  try {
    return { status: 200, headers, body: JSON.stringify(await found.invoke(payload)) ?? 'null' }
  } catch (error) {
    const body = JSON.stringify(functionError(error))
    return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body }
  }
}

function functionFor(functions: LambdaFunctions, { method, path }: DoorRequest): LambdaFunction {
  const [, name, qualifier = '$LATEST'] = PATH.exec(path) ?? []
  if (method !== 'POST' || name === undefined)
    throw new LocalAwsError('UnknownOperationException', 'Only Invoke is known here.', 404)
  const asked = decoded(name)
  const found = functions.get(nameIn(asked))
  const isSame = found !== undefined && (!asked.startsWith('arn:') || asked === found.arn)
  if (isSame && decoded(qualifier) === '$LATEST') return found
  throw new LocalAwsError('ResourceNotFoundException', `Function not found: ${asked}`, 404)
}

/** The name in a name, a partial ARN (`account:function:name`) or an ARN. */
const nameIn = (asked: string): string => asked.slice(asked.lastIndexOf(':') + 1)

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new LocalAwsError('InvalidParameterValueException', 'The path is not encoded properly.')
  }
}

function payloadOf(body: Uint8Array): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(decodeText(body))
  } catch {
    throw new LocalAwsError('InvalidRequestContentException', 'Could not parse request body into json.')
  }
}
