import { deepEqual, equal, ok } from '../case.ts'
import {
  type AccountCase,
  allowing,
  assume,
  freshRoleName,
  refuses,
  schedulerGuide,
  schedulerRecorded,
  schedulerReference,
  trusting,
} from './account-case.ts'
import { at, HOUR_MS, MINUTE_MS, Scheduled } from './scheduled.ts'

const CREATE = schedulerReference('CreateSchedule')
/** One-time schedules of EventBridge Scheduler. */
export const SCHEDULE_CASES: readonly AccountCase[] = [
  {
    name: 'a schedule is in the group default, and reads back with what AWS fills in',
    fact: schedulerReference('GetSchedule'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      const arn = `arn:aws:scheduler:eu-west-1:${world.hub.id}:schedule/default/${scheduled.name}`
      equal(await scheduled.create({ Description: 'for a case' }), arn)
      const seen = await scheduled.client.getSchedule({ Name: scheduled.name, GroupName: 'default' })
      equal(seen.Arn, arn)
      equal(seen.ScheduleExpression, at(scheduled.dueAtMs))
      equal(seen.ScheduleExpressionTimezone, 'UTC')
      equal(seen.State, 'ENABLED')
      equal(seen.ActionAfterCompletion, 'NONE')
      equal(seen.Description, 'for a case')
      ok(seen.CreationDate instanceof Date)
      deepEqual(seen.Target?.RetryPolicy, { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 })
      equal(seen.Target?.Input, '{"say":"now"}')
      await scheduled.remove()
    },
  },
  {
    name: 'a name is given once; the same request with the same token is a repeat',
    fact: CREATE,
    run: async (world) => {
      const scheduled = new Scheduled(world)
      const ClientToken = 'token-of-the-case'
      const arn = await scheduled.create({ ClientToken })
      equal(await scheduled.create({ ClientToken }), arn)
      await refuses(scheduled.create(), 'ConflictException')
      await refuses(scheduled.create({ ClientToken, Description: 'other' }), 'ConflictException')
      await scheduled.remove()
    },
  },
  {
    name: 'a schedule or a group that is not there is not found',
    fact: schedulerReference('DeleteSchedule'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      const { client, name: Name } = scheduled
      const says = new RegExp(`^Schedule ${Name} does not exist\\.$`)
      await refuses(client.getSchedule({ Name }), 'ResourceNotFoundException', says)
      await refuses(client.deleteSchedule({ Name }), 'ResourceNotFoundException', says)
      await refuses(client.updateSchedule(scheduled.input), 'ResourceNotFoundException', says)
      await refuses(scheduled.create({ GroupName: 'none' }), 'ResourceNotFoundException')
    },
  },
  {
    name: 'a name is given once in each group, and the role of a schedule may trust one group alone',
    fact: schedulerGuide('cross-service-confused-deputy-prevention'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      const { client, name: Name } = scheduled
      const group = `group-of-${Name}`
      world.hub.scheduler().addGroup(group)
      await scheduled.create()
      await scheduled.create({ GroupName: group })
      await scheduled.remove()
      equal((await client.getSchedule({ Name, GroupName: group })).GroupName, group)
      await client.deleteSchedule({ Name, GroupName: group })
      const groupArn = `arn:aws:scheduler:eu-west-1:${world.hub.id}:schedule-group/${group}`
      scheduled.trust({ StringEquals: { 'aws:SourceArn': groupArn } })
      await refuses(scheduled.create(), 'ValidationException')
      await scheduled.create({ GroupName: group })
      await client.deleteSchedule({ Name, GroupName: group })
    },
  },
  {
    name: 'an expression that is no time is refused',
    fact: schedulerRecorded(),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      for (const ScheduleExpression of [
        'at(2021-12-31T23:59:59Z)',
        'at(2021-12-31)',
        'at(2021-02-30T00:00:00)',
      ])
        await refuses(
          scheduled.create({ ScheduleExpression }),
          'ValidationException',
          new RegExp(`^Invalid Schedule Expression ${ScheduleExpression.replaceAll(/[()]/g, '\\$&')}\\.$`),
        )
    },
  },
  {
    name: 'a time that has passed is accepted',
    fact: schedulerRecorded(),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      ok(await scheduled.create({ ScheduleExpression: 'at(2022-12-31T23:59:59)' }))
      await scheduled.remove()
    },
  },
  {
    name: 'the role must be there and trust Scheduler',
    fact: schedulerGuide('setting-up'),
    run: async (world) => {
      const { hub } = world
      const scheduled = new Scheduled(world)
      const says =
        /^The execution role you provide must allow AWS EventBridge Scheduler to assume the role\.$/
      const other = hub.role(freshRoleName(), { trust: trusting(hub.id) })
      for (const RoleArn of [other.arn, `arn:aws:iam::${hub.id}:role/absent`]) {
        const Target = { Arn: scheduled.functionArn, RoleArn }
        await refuses(scheduled.create({ Target }), 'ValidationException', says)
      }
    },
  },
  {
    name: 'whoever makes a schedule needs the right to pass its role on',
    fact: schedulerGuide('security_iam_id-based-policies'),
    run: async (world) => {
      const { hub } = world
      const scheduled = new Scheduled(world)
      const as = async (...actions: string[]) => {
        const policies = [allowing(actions)]
        const { arn: RoleArn } = hub.role(freshRoleName(), { trust: trusting(hub.id), policies })
        return world.scheduler(await assume(world, hub.credentials, { RoleArn }))
      }
      const half = await as('scheduler:CreateSchedule')
      await refuses(half.createSchedule(scheduled.input), 'AccessDeniedException', /iam:PassRole/)
      const none = await as('iam:PassRole')
      await refuses(none.createSchedule(scheduled.input), 'AccessDeniedException', /scheduler:CreateSchedule/)
      const whole = await as('scheduler:*', 'iam:PassRole')
      await whole.createSchedule(scheduled.input)
      await scheduled.remove()
    },
  },
  {
    name: 'UpdateSchedule replaces the schedule as a whole',
    fact: schedulerReference('UpdateSchedule'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      await scheduled.create({ Description: 'first', ActionAfterCompletion: 'DELETE' })
      const ScheduleExpression = at(scheduled.dueAtMs + HOUR_MS)
      await scheduled.client.updateSchedule({ ...scheduled.input, ScheduleExpression })
      const seen = await scheduled.client.getSchedule({ Name: scheduled.name })
      equal(seen.Description, undefined)
      equal(seen.ActionAfterCompletion, 'NONE')
      equal(seen.ScheduleExpression, ScheduleExpression)
      await scheduled.remove()
    },
  },
  {
    name: 'ListSchedules finds by the beginning of a name, in pages',
    fact: schedulerReference('ListSchedules'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      const names = ['a', 'b', 'c'].map((end) => `${scheduled.name}-${end}`)
      for (const Name of names) await scheduled.create({ Name })
      const list = { NamePrefix: `${scheduled.name}-`, MaxResults: 2 }
      const first = await scheduled.client.listSchedules(list)
      const second = await scheduled.client.listSchedules({ ...list, NextToken: first.NextToken })
      deepEqual(
        [...(first.Schedules ?? []), ...(second.Schedules ?? [])].map(({ Name }) => Name),
        names,
      )
      equal(second.NextToken, undefined)
      equal(first.Schedules?.[0]?.Target?.Arn, scheduled.functionArn)
      for (const Name of names) await scheduled.client.deleteSchedule({ Name })
    },
  },
  {
    name: 'it fires at least once, within the minute of its time, with the input that was given',
    fact: schedulerGuide('schedule-types'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      await scheduled.create()
      await scheduled.pass(HOUR_MS - MINUTE_MS)
      deepEqual(scheduled.events, [])
      await scheduled.pass(2 * MINUTE_MS)
      const { length } = scheduled.events
      ok(length === 1 || length === 2, `${length} calls`)
      for (const event of scheduled.events) deepEqual(event, { say: 'now' })
      await scheduled.pass(HOUR_MS)
      equal(scheduled.events.length, length)
      await scheduled.remove()
    },
  },
  {
    name: 'the time counts in the time zone that is given',
    fact: schedulerGuide('schedule-types'),
    run: async (world) => {
      const scheduled = new Scheduled(world)
      // Kathmandu is 5 h 45 min ahead, all year.
      const ahead = 345 * MINUTE_MS
      await scheduled.create({
        ScheduleExpression: at(scheduled.dueAtMs + ahead),
        ScheduleExpressionTimezone: 'Asia/Kathmandu',
      })
      await scheduled.pass(HOUR_MS - MINUTE_MS)
      deepEqual(scheduled.events, [])
      await scheduled.pass(2 * MINUTE_MS)
      ok(scheduled.events.length > 0)
      await scheduled.remove()
    },
  },
  {
    name: 'when it is over a schedule stays, or goes where that was asked for',
    fact: {
      page: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html',
      kind: 'documented',
    },
    run: async (world) => {
      const [stays, goes] = [new Scheduled(world), new Scheduled(world)]
      await stays.create()
      await goes.create({ ActionAfterCompletion: 'DELETE' })
      await stays.pass(HOUR_MS + 2 * MINUTE_MS)
      ok(stays.events.length > 0 && goes.events.length > 0)
      equal((await stays.client.getSchedule({ Name: stays.name })).State, 'ENABLED')
      await refuses(goes.client.getSchedule({ Name: goes.name }), 'ResourceNotFoundException')
      await stays.remove()
    },
  },
  {
    name: 'a schedule that was deleted or switched off does not fire',
    fact: schedulerGuide('managing-schedule-state'),
    run: async (world) => {
      const [deleted, off] = [new Scheduled(world), new Scheduled(world)]
      await deleted.create()
      await deleted.remove()
      await off.create({ State: 'DISABLED' })
      await off.pass(HOUR_MS + 2 * MINUTE_MS)
      deepEqual([deleted.events, off.events], [[], []])
      await off.remove()
    },
  },
  {
    name: 'a function that throws is tried twice more by Lambda, and Scheduler does not know',
    fact: {
      page: 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html',
      kind: 'documented',
    },
    run: async (world) => {
      const scheduled = new Scheduled(world)
      scheduled.failNext(6)
      await scheduled.create({ ActionAfterCompletion: 'DELETE' })
      await scheduled.pass(HOUR_MS + 10 * MINUTE_MS)
      // Three times each, for one delivery or two.
      ok([3, 6].includes(scheduled.events.length), `${scheduled.events.length} calls`)
      await refuses(scheduled.client.getSchedule({ Name: scheduled.name }), 'ResourceNotFoundException')
    },
  },
  {
    name: 'a target that cannot be called is tried again as the RetryPolicy says, and no further',
    fact: schedulerReference('RetryPolicy'),
    run: async (world) => {
      const { aws, hub } = world
      const late = new Scheduled(world, { isRegistered: false })
      const never = new Scheduled(world, { isRegistered: false })
      const Target = (of: Scheduled, MaximumRetryAttempts: number) => ({
        ...of.input.Target,
        Arn: of.functionArn,
        RoleArn: `arn:aws:iam::${hub.id}:role/${of.name}`,
        RetryPolicy: { MaximumRetryAttempts },
      })
      await late.create({ Target: Target(late, 5) })
      await never.create({ Target: Target(never, 1), ActionAfterCompletion: 'DELETE' })
      await late.pass(HOUR_MS + 2 * MINUTE_MS)
      let calls = 0
      for (const { functionArn } of [late, never])
        aws.registerFunction(functionArn, async () => {
          calls += 1
        })
      await never.pass(2 * HOUR_MS)
      ok(calls === 1 || calls === 2, `${calls} calls`)
      await refuses(never.client.getSchedule({ Name: never.name }), 'ResourceNotFoundException')
      await late.remove()
    },
  },
]
