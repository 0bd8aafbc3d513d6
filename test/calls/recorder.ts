/**
 * Hears every call that a function of ours makes of AWS, at whichever server in this process answers it: the local model,
 * RDS on loopback, a gateway. Calls of operators and consumers are told apart by what our clients say in `User-Agent`.
 */
import diagnostics from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { APP_ID } from '../../shared/aws/limits.ts'

/** One kind of call: what differs only in names, values and times is the same call. */
export interface RecordedCall {
  /** As IAM names it: `secretsmanager:PutSecretValue`. */
  readonly action: string
  readonly on: CalledOn
  /** What else a policy could look at. */
  readonly with: readonly string[]
}

export type CalledOn =
  | 'secret'
  | 'admin secret'
  | 'admin secret of RDS'
  | 'schedule'
  | 'server of RDS'
  | 'admin user of RDS'
  | 'user pool'
  | 'target role'
  | 'bus'

export const textOfCall = ({ action, on, with: facets }: RecordedCall): string =>
  [`${action} on ${on}`, ...facets].join(', ')

/** Calls `onCall` with each until the process ends. */
export function recordCalls(onCall: (call: RecordedCall) => void): void {
  const kinds = new Map<string, CalledOn>()
  diagnostics.subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const service = serviceOf(request)
    if (service === undefined) return
    const heard = (body: string, answer: string): void => {
      const call = callOf(service, request, body, answer, kinds)
      if (call !== undefined) onCall(call)
    }
    listen(request, response, heard)
  })
}

/** The service that a signed request of our clients is meant for, by the scope of its signature. */
function serviceOf({ headers }: IncomingMessage): string | undefined {
  const agent = `${headers['user-agent'] ?? ''} ${headers['x-amz-user-agent'] ?? ''}`
  if (!agent.includes(`app/${APP_ID}`)) return undefined
  return /Credential=[^/]+\/\d{8}\/[^/]+\/([a-z-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1]
}

/** Leaves both streams to whoever answers: only what passes through is copied. */
function listen(
  request: IncomingMessage,
  response: ServerResponse,
  heard: (body: string, answer: string) => void,
): void {
  const asked: Buffer[] = []
  const answered: Buffer[] = []
  const push = request.push.bind(request)
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array) asked.push(Buffer.from(chunk))
    return push(chunk, encoding)
  }
  const end = response.end.bind(response)
  response.end = ((chunk: unknown, ...more: unknown[]) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array)
      answered.push(Buffer.from(chunk as Uint8Array))
    return Reflect.apply(end, response, [chunk, ...more])
  }) as typeof response.end
  // Whatever becomes of the answer, the call was made.
  response.once('close', () => heard(Buffer.concat(asked).toString(), Buffer.concat(answered).toString()))
}

function callOf(
  service: string,
  request: IncomingMessage,
  body: string,
  answer: string,
  kinds: Map<string, CalledOn>,
): RecordedCall | undefined {
  const named =
    String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? ''
  if (service === 'secretsmanager') return secretCall(named, jsonOf(body), jsonOf(answer), kinds)
  if (service === 'events') return { action: `events:${named}`, on: 'bus', with: sourcesOf(jsonOf(body)) }
  if (service === 'scheduler') return scheduleCall(request.method ?? '', jsonOf(body))
  if (service === 'cognito-idp') return { action: `cognito-idp:${named}`, on: 'user pool', with: [] }
  const form = new URLSearchParams(body)
  const action = `${service}:${form.get('Action') ?? ''}`
  if (service === 'rds')
    return { action, on: action.startsWith('rds:Describe') ? 'server of RDS' : 'admin user of RDS', with: [] }
  if (service === 'sts')
    return { action, on: 'target role', with: ['ExternalId', 'Policy'].filter((name) => form.has(name)) }
  return { action, on: 'secret', with: [`unknown service ${service}`] }
}

type Json = Readonly<Record<string, unknown>>

function secretCall(
  operation: string,
  input: Json,
  output: Json,
  kinds: Map<string, CalledOn>,
): RecordedCall {
  const id = String(input['SecretId'])
  if (operation === 'DescribeSecret') {
    const tags = Array.isArray(output['Tags']) ? output['Tags'].map(({ Key }) => Key) : []
    if (output['OwningService'] === 'rds') kinds.set(id, 'admin secret of RDS')
    else if (tags.includes('quarterturn:admin-for')) kinds.set(id, 'admin secret')
  }
  const stages = input['VersionStage'] ?? input['VersionStages'] ?? []
  const labels = [stages].flat().map(String)
  const fields = ['VersionId', 'MoveToVersionId', 'RemoveFromVersionId', 'RotationToken']
  return {
    action: `secretsmanager:${operation}`,
    on: kinds.get(id) ?? 'secret',
    with: [...labels.toSorted(), ...fields.filter((field) => input[field] !== undefined)],
  }
}

const OPERATIONS: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  GET: 'GetSchedule',
  DELETE: 'DeleteSchedule',
}

const scheduleCall = (method: string, { Target }: Json): RecordedCall => ({
  action: `scheduler:${OPERATIONS[method] ?? method}`,
  on: 'schedule',
  with: typeof Target === 'object' && Target !== null && 'RoleArn' in Target ? ['RoleArn'] : [],
})

const sourcesOf = ({ Entries }: Json): readonly string[] =>
  Array.isArray(Entries) ? [...new Set(Entries.map(({ Source }) => `Source ${Source}`))] : []

function jsonOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : {}
  } catch {
    return {}
  }
}
