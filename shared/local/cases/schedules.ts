import { type Case, equal, guide, ok, reference, refuses, Subject } from './case.ts'

const SCHEDULES = guide('1.2', 'rotate-secrets_schedule')

const REFUSED: readonly [why: string, rules: object][] = [
  ['days and an expression at once', { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' }],
  ['more often than every four hours', { ScheduleExpression: 'rate(3 hours)' }],
  ['a rate in minutes', { ScheduleExpression: 'rate(300 minutes)' }],
  ['minutes other than 0', { ScheduleExpression: 'cron(30 8 * * ? *)' }],
  ['a year', { ScheduleExpression: 'cron(0 8 * * ? 2030)' }],
  ['both day fields given', { ScheduleExpression: 'cron(0 8 1 * MON *)' }],
  ['hours less than four apart', { ScheduleExpression: 'cron(0 /2 * * ? *)' }],
  ['a window past the end of the day', { ScheduleExpression: 'cron(0 22 * * ? *)', Duration: '3h' }],
  ['a window into the next window', { ScheduleExpression: 'rate(4 hours)', Duration: '5h' }],
]

const ACCEPTED: readonly [rules: { ScheduleExpression: string; Duration?: string }, days?: number][] = [
  [{ ScheduleExpression: 'rate(10 days)' }, 10],
  [{ ScheduleExpression: 'rate(4 hours)', Duration: '3h' }],
  [{ ScheduleExpression: 'cron(0 8 1 * ? *)' }],
  [{ ScheduleExpression: 'cron(0 16 ? * SUN#1 *)', Duration: '8h' }],
  [{ ScheduleExpression: 'cron(0 1 ? * 6L *)' }],
  [{ ScheduleExpression: 'cron(0 4 L * ? *)' }],
  [{ ScheduleExpression: 'cron(0 /8 * * ? *)' }],
]

/** Schedules: what RotateSecret takes and DescribeSecret shows. */
export const SCHEDULE_CASES: readonly Case[] = [
  {
    name: 'days are kept, and the next date lies within them',
    fact: reference('1.1', 'RotationRulesType'),
    needs: 'function',
    run: async ({ client, functionArn }) => {
      const secret = await Subject.create(client)
      await secret.rotate(functionArn, { RotationRules: { AutomaticallyAfterDays: 30 } })
      const { RotationRules, NextRotationDate, CreatedDate } = await secret.call('DescribeSecret', {})
      equal(RotationRules?.AutomaticallyAfterDays, 30)
      ok(NextRotationDate !== undefined && CreatedDate !== undefined)
      const days = (NextRotationDate.getTime() - CreatedDate.getTime()) / 86_400_000
      ok(days > 29 && days <= 31, `${days} days ahead`)
    },
  },
  ...ACCEPTED.map(
    ([RotationRules, days]): Case => ({
      name: `a schedule is accepted: ${Object.values(RotationRules).join(', ')}`,
      fact: SCHEDULES,
      needs: 'function',
      run: async ({ client, functionArn }) => {
        const secret = await Subject.create(client)
        await secret.rotate(functionArn, { RotationRules })
        const seen = await secret.call('DescribeSecret', {})
        ok(seen.NextRotationDate)
        ok(seen.RotationRules?.AutomaticallyAfterDays)
        if (days !== undefined) equal(seen.RotationRules.AutomaticallyAfterDays, days)
      },
    }),
  ),
  ...REFUSED.map(
    ([why, RotationRules]): Case => ({
      name: `a schedule is refused: ${why}`,
      fact: SCHEDULES,
      needs: 'function',
      run: async ({ client, functionArn }) => {
        const secret = await Subject.create(client)
        await refuses(secret.rotate(functionArn, { RotationRules }), 'InvalidParameterException')
        equal((await secret.call('DescribeSecret', {})).RotationRules, undefined)
      },
    }),
  ),
]
