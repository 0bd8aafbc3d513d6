/**
 * Asks AWS itself what its documentation leaves open, with two accounts and a function that rotates nothing: docs/smoke-test.md.
 * Needs the AWS CLI with a profile in each account. Ends with `N passed, N failed`.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import * as z from 'zod'
import { tallyLine } from '../test/tally.ts'
import type { Hands } from './smoke/run.ts'
import { smokeTest } from './smoke/run.ts'
import type { Note } from './smoke/scenes.ts'

const LOG_GROUP = '/quarterturn/quarterturn-smoke-probe'

const { values } = parseArgs({
  options: {
    'hub-profile': { type: 'string' },
    'member-profile': { type: 'string' },
    'function-arn': { type: 'string' },
    minutes: { type: 'string', default: '30' },
  },
})
const Options = z.object({
  'hub-profile': z.string({
    error: '--hub-profile is missing; give the AWS CLI profile of the account with the function',
  }),
  'member-profile': z.string({
    error: '--member-profile is missing; give the AWS CLI profile of the account with the secrets',
  }),
  'function-arn': z
    .string({ error: '--function-arn is missing; give the output LiveArn of templates/smoke-probe.yaml' })
    .regex(
      /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+:live$/,
      '--function-arn must be the ARN of the alias live',
    ),
  minutes: z.string().regex(/^\d{1,3}$/, '--minutes must be how long repeats are waited for, in minutes'),
})
const parsed = Options.safeParse(values)
if (parsed.success) await main(parsed.data)
else {
  for (const { message } of parsed.error.issues) console.error(message)
  process.exitCode = 2
}

async function main(options: z.output<typeof Options>): Promise<void> {
  const functionArn = options['function-arn']
  const region = functionArn.split(':')[3] ?? ''
  const aws = async (profile: string, ...args: readonly string[]): Promise<unknown> => {
    const common = ['--profile', profile, '--region', region, '--output', 'json']
    const { stdout } = await promisify(execFile)('aws', [...args, ...common], {
      maxBuffer: 64_000_000,
      // Version 2 asks a pager otherwise.
      env: { ...process.env, AWS_PAGER: '' },
    })
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }
  const member = (...args: readonly string[]) => aws(options['member-profile'], 'secretsmanager', ...args)
  const waiting = { pollMs: 15_000, shortMs: 300_000, longMs: Number(options.minutes) * 60_000 }
  const { held, failed } = await smokeTest(
    hands(member, aws, options, functionArn),
    functionArn,
    waiting,
    console.log,
  )
  console.log(`\n${tallyLine({ passed: held, failed, skipped: 0 })}`)
  process.exitCode = failed > 0 ? 1 : 0
}

type Cli = (...args: readonly string[]) => Promise<unknown>

function hands(
  member: Cli,
  aws: (profile: string, ...args: readonly string[]) => Promise<unknown>,
  options: z.output<typeof Options>,
  functionArn: string,
): Hands {
  const startedAt = Date.now()
  const Arn = z.object({ ARN: z.string() })
  const Described = z.object({ VersionIdsToStages: z.record(z.string(), z.array(z.string())).default({}) })
  const Events = z.object({ events: z.array(z.object({ timestamp: z.number(), message: z.string() })) })
  return {
    async createSecret(scene) {
      const name = `smoke/${scene}-${randomBytes(4).toString('hex')}`
      const created = await member(
        'create-secret',
        '--name',
        name,
        '--secret-string',
        '{"of":"nobody"}',
        '--tags',
        `Key=smoke,Value=${scene}`,
      )
      return Arn.parse(created).ARN
    },
    async register(id) {
      const rules = 'ScheduleExpression=rate(30 days)'
      await member(
        'rotate-secret',
        '--secret-id',
        id,
        '--rotation-lambda-arn',
        functionArn,
        '--rotation-rules',
        rules,
        '--no-rotate-immediately',
      )
    },
    async rotate(id) {
      await member('rotate-secret', '--secret-id', id)
    },
    async labels(id) {
      return Described.parse(await member('describe-secret', '--secret-id', id)).VersionIdsToStages
    },
    async notes(id) {
      const found = await aws(
        options['hub-profile'],
        'logs',
        'filter-log-events',
        '--log-group-name',
        LOG_GROUP,
        '--start-time',
        String(startedAt),
        '--filter-pattern',
        '{ $.smoke = "*" }',
      )
      return Events.parse(found)
        .events.map(
          ({ timestamp, message }): Note => ({
            ...JSON.parse(message.slice(message.indexOf('{'))),
            at: timestamp,
          }),
        )
        .filter(({ secret }) => secret === id)
        .toSorted((one, other) => one.at - other.at)
    },
    async deleteSecret(id) {
      await member('delete-secret', '--secret-id', id, '--recovery-window-in-days', '7')
    },
    sleep: (ms) => sleep(ms),
    now: () => Date.now(),
  }
}
