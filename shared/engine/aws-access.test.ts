import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { simulatedProvider, Target } from '../../test/simulation/target.ts'
import type { AwsAccess, AwsStatement, Provider } from '../provider/index.ts'

const KEY = 'key-of-the-session'
const given = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: KEY, sessionToken: 'token-of-the-session' }
const looks: AwsStatement = {
  actions: ['rds:DescribeDBInstances'],
  resources: ['arn:aws:rds:eu-west-1:111122223333:db:app'],
}

/** A provider that does `work` with the AWS it is given, in each probe. */
function stageOf({
  work,
  awsActions = ['rds:DescribeDBInstances'],
  isGiven = true,
}: {
  work: (aws: AwsAccess | undefined) => Promise<unknown>
  awsActions?: readonly string[]
  isGiven?: boolean
}) {
  const asked: (readonly AwsStatement[])[] = []
  const target = new Target('single', 'p0')
  const rules = { locks: true, changesInLockedSession: true }
  const simulated = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
  const provider: Provider = {
    ...simulated,
    awsActions,
    open(request) {
      const session = simulated.open(request)
      const probe = session.probe.bind(session)
      return Object.assign(session, {
        probe: async (...asked: Parameters<typeof probe>) => {
          await work(request.aws)
          return await probe(...asked)
        },
      })
    },
  }
  const stage = new Stage({
    target,
    provider,
    ...(isGiven && {
      credentials: async (statements) => {
        asked.push(statements)
        return given
      },
    }),
  })
  const set = async () => {
    const token = stage.begin()
    await stage.step('createSecret', token)
    await stage.step('setSecret', token)
  }
  return { asked, set, stage }
}

describe('the AWS of a provider', () => {
  test('is that of the secret, for exactly what it asks for', async () => {
    const places: unknown[] = []
    const { asked, set, stage } = stageOf({
      work: async (aws) => {
        expect(await aws?.credentials([looks])).toEqual(given)
        places.push([aws?.secretArn, aws?.region])
      },
    })
    await set()
    expect(asked[0]).toEqual([looks])
    expect(places[0]).toEqual([stage.secretArn, 'eu-west-1'])
  })

  test('is not there where none is declared', async () => {
    const seen: unknown[] = []
    const { set } = stageOf({ work: async (aws) => seen.push(aws), awsActions: [] })
    await set()
    expect(new Set(seen)).toEqual(new Set([undefined]))
  })

  test.each<[string, Partial<AwsStatement>]>([
    ['an action that is not declared', { actions: ['rds:DeleteDBInstance'] }],
    ['no resource', { resources: [] }],
    ['a wildcard', { resources: ['arn:aws:rds:eu-west-1:111122223333:db:*'] }],
    ['another account', { resources: ['arn:aws:rds:eu-west-1:444455556666:db:app'] }],
    ['another Region', { resources: ['arn:aws:rds:us-east-1:111122223333:db:app'] }],
    ['another partition', { resources: ['arn:aws-cn:rds:eu-west-1:111122223333:db:app'] }],
    ['what is no ARN', { resources: ['app'] }],
  ])('is not given for %s', async (_what, wrong) => {
    const { asked, set } = stageOf({ work: async (aws) => aws?.credentials([{ ...looks, ...wrong }]) })
    expect((await failure(set())).code).toBe('PROVIDER_FAILED')
    expect(asked).toEqual([])
  })

  test('is refused by an engine that has none to give', async () => {
    const { set } = stageOf({ work: async (aws) => aws?.credentials([looks]), isGiven: false })
    expect((await failure(set())).problem).toContain('no credentials')
  })

  test('is in no error, whatever the provider says', async () => {
    const { set } = stageOf({
      work: async (aws) => {
        const { secretAccessKey, sessionToken } = (await aws?.credentials([looks])) ?? {}
        throw new Error(`signed with ${secretAccessKey} and ${sessionToken}`)
      },
    })
    const { message } = await failure(set())
    expect(message).toContain('signed with')
    expect(message).not.toMatch(/of-the-session/)
  })
})
