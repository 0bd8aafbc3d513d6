import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createClock,
  createLocalSecretsManager,
  LocalAwsError,
  type LocalSecretsManager,
  OPERATION_NAMES,
  type OperationName,
} from '../index.ts'

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'
const token = (n: number): string => `token-${String(n).padStart(30, '0')}`

const version = fc.integer({ min: 0, max: 5 }).map(token)
const label = fc.constantFrom('AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS', 'MINE')
const value = fc.constantFrom('one', 'two')
const SecretId = fc.constant('db')

type Call = readonly [OperationName | 'end' | 'advance', object]
const callOf = (operation: Call[0], input: fc.Arbitrary<object>): fc.Arbitrary<Call> =>
  input.map((fields): Call => [operation, fields])

const anyCall = fc.oneof(
  callOf(
    'PutSecretValue',
    fc.record(
      {
        SecretId,
        ClientRequestToken: version,
        SecretString: value,
        VersionStages: fc.uniqueArray(label, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['SecretId', 'ClientRequestToken', 'SecretString'] },
    ),
  ),
  callOf('UpdateSecret', fc.record({ SecretId, ClientRequestToken: version, SecretString: value })),
  callOf(
    'UpdateSecretVersionStage',
    fc.record(
      { SecretId, VersionStage: label, MoveToVersionId: version, RemoveFromVersionId: version },
      { requiredKeys: ['SecretId', 'VersionStage'] },
    ),
  ),
  callOf(
    'RotateSecret',
    fc.record({
      SecretId,
      ClientRequestToken: version,
      RotationLambdaARN: fc.constant(FUNCTION),
      RotateImmediately: fc.boolean(),
    }),
  ),
  callOf('CancelRotateSecret', fc.record({ SecretId })),
  callOf('end', fc.constant({})),
  callOf('advance', fc.constant({})),
)

function play(model: LocalSecretsManager, [operation, input]: Call): void {
  try {
    if (operation === 'end') model.endRotation('db', 'Failed')
    else if (operation === 'advance') model.clock.advance(86_400_000)
    else model.handle(operation, input)
  } catch (error) {
    expect(error).toBeInstanceOf(LocalAwsError)
  }
}

/** Version id and value of what a label is on. */
function read(model: LocalSecretsManager, VersionStage: string): string {
  try {
    const { VersionId, SecretString } = model.call('GetSecretValue', { SecretId: 'db', VersionStage })
    return `${VersionId} ${SecretString}`
  } catch (error) {
    return String(error)
  }
}

test('whatever is called in whatever order: labels stay on one version each, values never change', () => {
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 30 }), fc.integer(), (calls, seed) => {
      const model = createLocalSecretsManager({ seed, clock: createClock(0) })
      model.registerFunction(FUNCTION, 'manual')
      model.call('CreateSecret', { Name: 'db', SecretString: 'zero', ClientRequestToken: token(9) })
      const values = new Map<string, string>()
      for (const call of calls) {
        const before = read(model, 'AWSCURRENT')
        play(model, call)
        const { VersionIdsToStages = {} } = model.call('DescribeSecret', { SecretId: 'db' })
        const listed = model.call('ListSecretVersionIds', {
          SecretId: 'db',
          IncludeDeprecated: true,
        }).Versions
        const labels = Object.values(VersionIdsToStages).flat()
        expect(new Set(labels).size).toBe(labels.length)
        expect(labels).toContain('AWSCURRENT')
        const ids = listed.map(({ VersionId }) => VersionId)
        expect(ids).toEqual(expect.arrayContaining(Object.keys(VersionIdsToStages)))
        const [current = ''] =
          Object.entries(VersionIdsToStages).find(([, on]) => on.includes('AWSCURRENT')) ?? []
        const after = read(model, 'AWSCURRENT')
        // AWSPREVIOUS is where AWSCURRENT was.
        if (after !== before && before.startsWith('token') && after.startsWith('token'))
          expect(VersionIdsToStages[before.slice(0, 36)] ?? []).toContain('AWSPREVIOUS')
        const [, text] = after.split(' ')
        if (after.startsWith('token') && text !== undefined) {
          expect(values.get(current) ?? text).toBe(text)
          values.set(current, text)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('input of any shape is answered or refused by name', () => {
  const operations = fc.constantFrom(...OPERATION_NAMES)
  const keys = fc.constantFrom(
    'SecretId',
    'Name',
    'ClientRequestToken',
    'SecretString',
    'VersionStages',
    'RotationRules',
    'Filters',
    'NextToken',
    'MaxResults',
    'SecretIdList',
    'AddReplicaRegions',
    'RemoveReplicaRegions',
    'ResourcePolicy',
    'RecoveryWindowInDays',
    'Tags',
  )
  const input = fc.oneof(fc.anything(), fc.dictionary(keys, fc.oneof(fc.string(), version, fc.anything())))
  fc.assert(
    fc.property(operations, input, (operation, anything) => {
      const model = createLocalSecretsManager()
      play(model, [operation, Object(anything)])
    }),
    { numRuns: 2_000 },
  )
})

test('a cron expression of any kind is taken or refused, never endless', () => {
  const field = fc.oneof(
    fc.constantFrom('*', '?', 'L', '6L', '3#2', '/8', '0', '31', 'MON-FRI', 'FEB', '1,15', '2/3'),
    fc.string({ maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(field, { minLength: 3, maxLength: 4 }), ([hours, day, month, weekday]) => {
      const model = createLocalSecretsManager({ clock: createClock(0) })
      model.registerFunction(FUNCTION, 'manual')
      model.call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: token(0) })
      const ScheduleExpression = `cron(0 ${hours} ${day} ${month} ${weekday ?? '?'} *)`
      const input = { SecretId: 'db', ClientRequestToken: token(1), RotationLambdaARN: FUNCTION }
      play(model, ['RotateSecret', { ...input, RotationRules: { ScheduleExpression } }])
      const { NextRotationDate } = model.call('DescribeSecret', { SecretId: 'db' })
      if (NextRotationDate !== undefined) expect(NextRotationDate.getTime()).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})
