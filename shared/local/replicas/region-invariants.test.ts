import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createClock,
  createLocalSecretsManager,
  LocalAwsError,
  type LocalSecretsManager,
  type OperationName,
  type OutputOf,
} from '../index.ts'

const REGIONS = ['eu-west-1', 'eu-central-1', 'eu-north-1'] as const
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
/** What every run begins with: a secret with a replica that is in sync. */
const BEGINNING: readonly Step[] = [
  {
    at: 'eu-west-1',
    operation: 'CreateSecret',
    input: {
      Name: 'a',
      SecretString: 'one',
      ClientRequestToken: `token-${'0'.repeat(30)}`,
      AddReplicaRegions: [{ Region: 'eu-central-1' }],
    },
  },
  { at: 'eu-west-1', operation: 'pass', input: { ms: 60_000 } },
]
/** Longer than any lag that a seed draws. */
const LONG_MS = 60_000
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

const region = fc.constantFrom(...REGIONS)
const name = fc.constantFrom('a', 'b')
const version = fc.integer({ min: 0, max: 5 }).map(token)
const label = fc.constantFrom('AWSCURRENT', 'AWSPENDING', 'MINE')
const value = fc.constantFrom('one', 'two')
const some = fc.uniqueArray(region, { minLength: 1, maxLength: 2 })
const AddReplicaRegions = some.map((names) => names.map((Region) => ({ Region })))
const ForceOverwriteReplicaSecret = fc.boolean()
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'secretsmanager:DeleteSecret', Resource: '*' }],
})

interface Step {
  readonly at: (typeof REGIONS)[number]
  readonly operation: OperationName | 'pass' | 'end'
  readonly input: object
}

const on = (operation: Step['operation'], members: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ at: region, operation: fc.constant(operation), input: fc.record(members) })

const SecretId = name
const step: fc.Arbitrary<Step> = fc.oneof(
  on('CreateSecret', {
    Name: name,
    SecretString: value,
    ClientRequestToken: version,
    AddReplicaRegions,
    ForceOverwriteReplicaSecret,
  }),
  on('CreateSecret', { Name: name, SecretString: value, ClientRequestToken: version }),
  on('PutSecretValue', {
    SecretId,
    SecretString: value,
    ClientRequestToken: version,
    VersionStages: fc.uniqueArray(label, { minLength: 1 }),
  }),
  on('UpdateSecret', { SecretId, Description: value, ClientRequestToken: version }),
  on('UpdateSecretVersionStage', { SecretId, VersionStage: label, MoveToVersionId: version }),
  on('RotateSecret', {
    SecretId,
    ClientRequestToken: version,
    RotationLambdaARN: fc.constant(FUNCTION),
    RotateImmediately: fc.boolean(),
  }),
  on('CancelRotateSecret', { SecretId }),
  on('TagResource', { SecretId, Tags: fc.constant([{ Key: 'k', Value: 'v' }]) }),
  on('UntagResource', { SecretId, TagKeys: fc.constant(['k']) }),
  on('PutResourcePolicy', { SecretId, ResourcePolicy: fc.constant(POLICY) }),
  on('DeleteResourcePolicy', { SecretId }),
  on('ReplicateSecretToRegions', { SecretId, AddReplicaRegions, ForceOverwriteReplicaSecret }),
  on('RemoveRegionsFromReplication', { SecretId, RemoveReplicaRegions: some }),
  on('StopReplicationToReplica', { SecretId }),
  on('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: fc.boolean() }),
  on('RestoreSecret', { SecretId }),
  on('pass', { ms: fc.constantFrom(0, 300, LONG_MS) }),
  on('pass', { ms: fc.constantFrom(LONG_MS, 40 * 86_400_000) }),
  on('end', { SecretId }),
)

type Account = ReadonlyMap<string, LocalSecretsManager>

function accountOf(seed: number): Account {
  const first = createLocalSecretsManager({
    seed,
    clock: createClock(0),
    // Hidden at the primary alone.
    unpublished: { enabledDuringFirstTest: true },
  })
  const models = REGIONS.map((each) => first.regions.modelOf(each) ?? first)
  for (const model of models) model.registerFunction(FUNCTION, 'manual')
  return new Map(models.map((model) => [model.region, model]))
}

function take(account: Account, { at, operation, input }: Step): void {
  const model = account.get(at)
  if (model === undefined) return
  try {
    if (operation === 'pass') model.clock.advance(Number(Reflect.get(input, 'ms')))
    else if (operation === 'end') model.endRotation(String(Reflect.get(input, 'SecretId')), 'Failed')
    else model.handle(operation, input)
  } catch (error) {
    expect(error).toBeInstanceOf(LocalAwsError)
  }
}

type Described = OutputOf<'DescribeSecret'>

/** What must be the same at a primary and its replicas in sync. */
const shared = (model: LocalSecretsManager, { ARN, ...seen }: Described) => ({
  arn: ARN.split(':').slice(6).join(':'),
  stages: seen.VersionIdsToStages,
  tags: seen.Tags,
  description: seen.Description,
  rotation: [seen.RotationEnabled, seen.RotationLambdaARN, seen.LastRotatedDate],
  primaryRegion: seen.PrimaryRegion,
  policy: tried(() => model.call('GetResourcePolicy', { SecretId: ARN }).ResourcePolicy),
  versions: model
    .call('ListSecretVersionIds', { SecretId: ARN, IncludeDeprecated: true })
    .Versions.map(({ VersionId }) => [VersionId, storedIn(model, ARN, VersionId)]),
})

const storedIn = (model: LocalSecretsManager, SecretId: string, VersionId: string) =>
  tried(() => model.call('GetSecretValue', { SecretId, VersionId }).SecretString ?? '')

function tried<T>(act: () => T): T | string {
  try {
    return act()
  } catch (error) {
    return error instanceof Error ? error.name : ''
  }
}

const listed = (model: LocalSecretsManager, input: object): string[] => {
  const arns: string[] = []
  let page: { NextToken?: string } = {}
  do {
    const { SecretList, ...rest } = model.call('ListSecrets', { ...input, ...page })
    arns.push(...SecretList.map(({ ARN }) => ARN))
    page = rest
  } while (page.NextToken !== undefined)
  return arns
}

test('whatever is called in whatever Region: in the end each replica in sync is as its primary', () => {
  let compared = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.integer(), (steps, seed) => {
      const account = accountOf(seed)
      for (const each of [...BEGINNING, ...steps]) take(account, each)
      for (const model of account.values()) model.clock.advance(LONG_MS)
      for (const model of account.values())
        for (const ARN of listed(model, { IncludePlannedDeletion: true })) {
          const seen = model.call('DescribeSecret', { SecretId: ARN })
          for (const { Region, Status } of seen.ReplicationStatus ?? []) {
            expect(['InSync', 'Failed']).toContain(Status)
            const there = account.get(Region)
            if (Status === 'Failed' || there === undefined) continue
            const replica = there.call('DescribeSecret', { SecretId: seen.Name })
            expect(shared(there, replica)).toEqual(shared(model, seen))
            compared += 1
          }
          // A replica has a primary that knows it.
          if (seen.PrimaryRegion !== undefined && seen.PrimaryRegion !== model.region) {
            const primary = account.get(seen.PrimaryRegion)?.call('DescribeSecret', { SecretId: seen.Name })
            expect(primary?.ReplicationStatus?.map(({ Region }) => Region)).toContain(model.region)
          }
        }
    }),
    { numRuns: 500 },
  )
  expect(compared).toBeGreaterThan(50)
})

test('whatever is called: nothing is written at a replica, and what it shows was once at its primary', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.integer(), (steps, seed) => {
      const account = accountOf(seed)
      /** By ARN without its Region, and version id: values are given once. */
      const values = new Map<string, string>()
      for (const each of [...BEGINNING, ...steps]) {
        take(account, each)
        for (const model of account.values())
          for (const ARN of listed(model, {}))
            for (const { VersionId } of model.call('ListSecretVersionIds', { SecretId: ARN }).Versions) {
              const found = storedIn(model, ARN, VersionId)
              if (found.endsWith('Exception')) continue
              const key = `${ARN.split(':secret:')[1]} ${VersionId}`
              const isReplica =
                (model.call('DescribeSecret', { SecretId: ARN }).PrimaryRegion ?? model.region) !==
                model.region
              if (isReplica) expect(values.get(key)).toBe(found)
              values.set(key, found)
            }
      }
    }),
    { numRuns: 200 },
  )
})

test('whatever is called: a list has each secret once, page by page, in every order and with every filter', () => {
  const filters = fc.constantFrom(
    [],
    [{ Key: 'name', Values: ['a'] }],
    [{ Key: 'name', Values: ['!a'] }],
    [{ Key: 'tag-key', Values: ['k'] }],
    [{ Key: 'description', Values: ['!one'] }],
    [{ Key: 'primary-region', Values: ['eu'] }],
  )
  const input = fc.record({
    MaxResults: fc.integer({ min: 1, max: 3 }),
    Filters: filters,
    IncludePlannedDeletion: fc.boolean(),
    SortBy: fc.constantFrom('created-date', 'last-accessed-date', 'last-changed-date', 'name'),
    SortOrder: fc.constantFrom('asc', 'desc'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), input, fc.integer(), (steps, asked, seed) => {
      const account = accountOf(seed)
      for (const each of [...BEGINNING, ...steps]) take(account, each)
      for (const model of account.values()) {
        const { MaxResults: _one, ...all } = asked
        const expected = listed(model, { ...all, MaxResults: 100 })
        expect(listed(model, asked)).toEqual(expected)
        expect(new Set(expected).size).toBe(expected.length)
      }
    }),
    { numRuns: 300 },
  )
})
