import { randomUUID } from 'node:crypto'
import type { DoorAnswer, DoorRequest } from '../door.ts'
import { LocalAwsError } from '../errors.ts'
import { authorize } from '../iam/authorize.ts'
import { parseInput } from '../inputs/index.ts'
import type { LocalAws } from '../local-aws.ts'
import { roleNotAssumable } from '../scheduler/errors.ts'
import { ListSchedulesInput, NamedScheduleInput, WriteScheduleInput } from '../scheduler/inputs.ts'
import type { LocalScheduler } from '../scheduler/scheduler.ts'
import { decode, decodeText, encode } from '../wire.ts'
import { authenticate, type Caller } from './authenticate.ts'

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
  const query = Object.fromEntries(url.searchParams)
  if (request.method === 'GET' && url.pathname === '/schedules') {
    allow(caller, 'ListSchedules', '*')
    const { ScheduleGroup, ...others } = query
    return scheduler.list(parseInput(ListSchedulesInput, { ...others, GroupName: ScheduleGroup }))
  }
  const name = SCHEDULE_PATH.exec(url.pathname)?.[1]
  const operation = name === undefined ? undefined : OPERATIONS[request.method]
  if (operation === undefined)
    throw new LocalAwsError('UnknownOperationException', 'The operation is not known here.', 404)
  const body = request.method === 'POST' || request.method === 'PUT' ? decode(decodeText(request.body)) : {}
  const { groupName } = query
  const members = {
    ...body,
    ...(groupName === undefined ? {} : { GroupName: groupName }),
    Name: decoded(name),
  }
  return operation({ aws, scheduler, caller }, members)
}

interface Place {
  readonly aws: LocalAws
  readonly scheduler: LocalScheduler
  readonly caller: Caller
}

const OPERATIONS: Readonly<Record<string, (place: Place, members: unknown) => unknown>> = {
  POST: (place, members) => place.scheduler.create(writeInput(place, 'CreateSchedule', members)),
  PUT: (place, members) => place.scheduler.update(writeInput(place, 'UpdateSchedule', members)),
  GET: (place, members) => place.scheduler.get(namedInput(place, 'GetSchedule', members)),
  DELETE: (place, members) => place.scheduler.delete(namedInput(place, 'DeleteSchedule', members)),
}

function namedInput({ scheduler, caller }: Place, action: string, members: unknown) {
  const input = parseInput(NamedScheduleInput, members)
  allow(caller, action, scheduler.arnOf(input))
  return input
}

/** Handing a role to Scheduler needs the right to pass it on, and a role that Scheduler may assume. */
function writeInput({ aws, scheduler, caller }: Place, action: string, members: unknown) {
  const input = parseInput(WriteScheduleInput, members)
  allow(caller, action, scheduler.arnOf(input))
  const { RoleArn } = input.Target
  allow(caller, PASS_ROLE, RoleArn, { 'iam:PassedToService': 'scheduler.amazonaws.com' })
  if (!aws.anyCredentials && !aws.schedulerMayAssume(RoleArn, scheduler)) throw roleNotAssumable()
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
