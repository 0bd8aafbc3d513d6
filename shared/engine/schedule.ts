import { createHash } from 'node:crypto'
import { fromAwsError } from '../aws/errors.ts'
import type { SchedulerPort } from '../aws/scheduler-port.ts'
import { QuarterturnError } from '../errors/index.ts'
import { isNamed } from './aws-names.ts'
import type { StepContext } from './context.ts'
import { isJsonObject, parseJson } from './json.ts'

/** One retirement: the rotation that replaced the credential, the version that holds it, and the how-manieth try. */
export interface Retirement {
  /** The version whose rotation moved AWSCURRENT. */
  readonly token: string
  /** The version whose credential is to go. */
  readonly gone: string
  readonly attempt: number
}

/** EventBridge Scheduler starts a schedule within its minute. */
const PRECISION_MS = 60_000

/** Named after the version, so that a repeat finds it, and nobody else's schedule is ever touched. */
export const scheduleName = (secretArn: string, { token, attempt }: Retirement): string => {
  const hash = createHash('sha256').update(`${secretArn}|${token}`, 'utf8').digest('hex')
  return `quarterturn-${hash.slice(0, 40)}-${attempt}`
}

/** Makes the schedule, or finds it there. Answers when it is due, in milliseconds since the epoch. */
export async function makeSchedule(c: StepContext, retirement: Retirement, dueAt: number): Promise<number> {
  const settings = c.input.settings.retirement
  const Name = scheduleName(c.arn, retirement)
  if (settings?.roleArn === undefined)
    throw new QuarterturnError('CONFIG_INVALID', {
      problem: 'a retirement needs QUARTERTURN_SCHEDULE_ROLE, the role by which it invokes this function',
    })
  const { roleArn } = settings
  // Rounded up, since a schedule knows seconds only.
  const at = new Date(Math.ceil(dueAt / 1_000) * 1_000)
  try {
    await call(c, 'CreateSchedule', (scheduler) =>
      scheduler.createSchedule({
        Name,
        GroupName: groupOf(c),
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'NONE',
        Description: 'Retires the old credential of a rotated secret',
        Target: {
          Arn: c.input.functionArn,
          RoleArn: roleArn,
          Input: JSON.stringify(eventOf(c.arn, retirement)),
        },
      }),
    )
    return at.getTime()
  } catch (error) {
    if (!isNamed(error, 'ConflictException')) throw schedulerError(error, 'CreateSchedule', c)
    return (await findSchedule(c, retirement)) ?? at.getTime()
  }
}

/** When our schedule for exactly this retirement is due; undefined: there is none. */
export async function findSchedule(c: StepContext, retirement: Retirement): Promise<number | undefined> {
  if (c.input.scheduler === undefined) return undefined
  const Name = scheduleName(c.arn, retirement)
  try {
    const { ScheduleExpression = '', Target } = await call(c, 'GetSchedule', (scheduler) =>
      scheduler.getSchedule({ Name, GroupName: groupOf(c) }),
    )
    const { at } = /^at\((?<at>[\d:T-]{19})\)$/.exec(ScheduleExpression)?.groups ?? {}
    return at !== undefined && isFor(Target?.Input, c.arn, retirement) ? Date.parse(`${at}Z`) : undefined
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw schedulerError(error, 'GetSchedule', c)
  }
}

export const isDue = (dueAt: number, now: number): boolean => now >= dueAt - PRECISION_MS

export async function dropSchedule(c: StepContext, retirement: Retirement): Promise<void> {
  try {
    const Name = scheduleName(c.arn, retirement)
    await call(c, 'DeleteSchedule', (scheduler) => scheduler.deleteSchedule({ Name, GroupName: groupOf(c) }))
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw schedulerError(error, 'DeleteSchedule', c)
  }
}

/** What the schedule invokes this function with. */
const eventOf = (secretArn: string, { token, gone, attempt }: Retirement) => ({
  Step: 'retireSecret',
  SecretId: secretArn,
  ClientRequestToken: token,
  Retirement: { VersionId: gone, Attempt: attempt },
})

function isFor(input: string | undefined, secretArn: string, retirement: Retirement): boolean {
  try {
    const event = parseJson(input ?? '')
    return isJsonObject(event) && JSON.stringify(event) === JSON.stringify(eventOf(secretArn, retirement))
  } catch {
    return false
  }
}

const groupOf = (c: StepContext): string => c.input.settings.retirement?.groupName ?? 'default'

async function call<T>(
  c: StepContext,
  action: string,
  work: (scheduler: SchedulerPort) => Promise<T>,
): Promise<T> {
  const { scheduler } = c.input
  if (scheduler === undefined)
    throw new QuarterturnError('PROVIDER_FAILED', { problem: `there is no scheduler for ${action}` })
  return await c.input.deadline.limit(() => work(scheduler))
}

const schedulerError = (error: unknown, action: string, c: StepContext): QuarterturnError =>
  fromAwsError(error, { action: `scheduler:${action}`, secretId: c.arn })
