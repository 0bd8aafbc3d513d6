import { randomUUID } from 'node:crypto'
import type { LocalAws } from '../accounts/local-aws.ts'
import { LocalAwsError } from '../errors.ts'
import { authorize } from '../iam/authorize.ts'
import { parseInput } from '../inputs/index.ts'
import { roleNotAssumable } from '../scheduler/errors.ts'
import { ListSchedulesInput, NamedScheduleInput, WriteScheduleInput } from '../scheduler/inputs.ts'
import type { LocalScheduler } from '../scheduler/scheduler.ts'
import { authenticate, type Caller } from './authenticate.ts'
import type { DoorAnswer, DoorRequest } from './door.ts'
import { decode, decodeText, encode } from './wire.ts'

const SCHEDULE_PATH = /^\/schedules\/([^/]{1,300})$/

export const isSchedulerRequest = ({ path }: DoorRequest): boolean =>
  /^\/(schedules|schedule-groups)(\/|\?|$)/.test(path)

/** Scheduler in REST-JSON. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export function schedulerAnswer(aws: LocalAws, request: DoorRequest): DoorAnswer {
  const headers = { 'x-amzn-requestid': randomUUID(), 'content-type': 'application/json' }
  try {
    return { status: 200, headers, body: encode(perform(aws, request)) }
  } catch (error) {
    const known =
      error instanceof LocalAwsError
        ? error
        : new LocalAwsError('InternalServerException', 'Unexpected error.', 500)
    return {
      status: STATUS[known.name] ?? known.statusCode,
      headers: { ...headers, 'x-amzn-errortype': known.name },
      body: JSON.stringify({ Message: known.message }),
    }
  }
}

/** Where REST-JSON has another status than AWS JSON 1.1. */
const STATUS: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ExpiredTokenException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
}

function perform(aws: LocalAws, request: DoorRequest): unknown {
  const url = new URL(request.path, 'http://local')
  const caller = authenticate(aws, request, 'scheduler')
  const scheduler = aws.account(caller.identity.accountId).scheduler(caller.region)
  const name = SCHEDULE_PATH.exec(url.pathname)?.[1]
  const isKnownPath = name !== undefined || url.pathname === '/schedules'
  const found = OPERATIONS.find(
    ({ method, ofOne }) => isKnownPath && method === request.method && ofOne === (name !== undefined),
  )
  if (found === undefined)
    throw new LocalAwsError('UnknownOperationException', 'The operation is not known here.', 404)
  return found.run({ aws, scheduler, caller, action: found.name }, membersOf(request, url, name))
}

/** The name is part of the path, the group of the query, the rest of the body. */
function membersOf({ method, body }: DoorRequest, { searchParams }: URL, name: string | undefined) {
  const query = Object.fromEntries(searchParams)
  if (name === undefined) {
    const { ScheduleGroup, ...others } = query
    return { ...others, GroupName: ScheduleGroup }
  }
  const members = method === 'POST' || method === 'PUT' ? decode(decodeText(body)) : {}
  const { groupName } = query
  return { ...members, ...(groupName === undefined ? {} : { GroupName: groupName }), Name: decoded(name) }
}

interface Place {
  readonly aws: LocalAws
  readonly scheduler: LocalScheduler
  readonly caller: Caller
  readonly action: string
}

interface Operation {
  readonly name: string
  readonly method: string
  /** Whether the path names a schedule. */
  readonly ofOne: boolean
  run(place: Place, members: unknown): unknown
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'ListSchedules',
    method: 'GET',
    ofOne: false,
    run: ({ scheduler, caller, action }, members) => {
      allow(caller, action, '*')
      return scheduler.list(parseInput(ListSchedulesInput, members))
    },
  },
  {
    name: 'CreateSchedule',
    method: 'POST',
    ofOne: true,
    run: (place, members) => place.scheduler.create(writeInput(place, members)),
  },
  {
    name: 'UpdateSchedule',
    method: 'PUT',
    ofOne: true,
    run: (place, members) => place.scheduler.update(writeInput(place, members)),
  },
  {
    name: 'GetSchedule',
    method: 'GET',
    ofOne: true,
    run: (place, members) => place.scheduler.get(namedInput(place, members)),
  },
  {
    name: 'DeleteSchedule',
    method: 'DELETE',
    ofOne: true,
    run: (place, members) => place.scheduler.delete(namedInput(place, members)),
  },
]

export const SCHEDULER_OPERATIONS: readonly string[] = OPERATIONS.map(({ name }) => name)

function namedInput({ scheduler, caller, action }: Place, members: unknown) {
  const input = parseInput(NamedScheduleInput, members)
  allow(caller, action, scheduler.arnOf(input))
  return input
}

/** Handing a role to Scheduler needs the right to pass it on, and a role that Scheduler may assume. */
function writeInput({ aws, scheduler, caller, action }: Place, members: unknown) {
  const input = parseInput(WriteScheduleInput, members)
  allow(caller, action, scheduler.arnOf(input))
  const { RoleArn } = input.Target
  allow(caller, PASS_ROLE, RoleArn, { 'iam:PassedToService': 'scheduler.amazonaws.com' })
  if (!aws.anyCredentials && !aws.schedulerMayAssume(input, scheduler)) throw roleNotAssumable()
  return input
}

const PASS_ROLE = 'iam:PassRole'

function allow(
  { identity, region }: Caller,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): void {
  authorize(identity, {
    action: action === PASS_ROLE ? action : `scheduler:${action}`,
    resource,
    context: { 'aws:RequestedRegion': region, ...context },
    ownerAccountId: identity.accountId,
  })
}

function decoded(name: string | undefined): string {
  try {
    return decodeURIComponent(name ?? '')
  } catch {
    throw new LocalAwsError('ValidationException', 'The path is not encoded properly.')
  }
}
