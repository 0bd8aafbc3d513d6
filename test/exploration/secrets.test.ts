import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CALM, createLocalSecretsManager, type LocalSecretsManager } from '../../shared/local/index.ts'
import { describe as describeState, FUNCTION_ARN, idOf, putValue, rotate, updateStage } from './secrets.ts'
import { type Credential, ENDLESS, firstState, type State } from './state.ts'

const LABELS = ['AWSCURRENT', 'AWSPENDING', 'QUARTERTURN_CANDIDATE', 'QUARTERTURN_REUSED'] as const

type Operation =
  | { readonly kind: 'rotate' }
  | { readonly kind: 'put'; readonly version: number; readonly password: number; readonly isReused: boolean }
  | { readonly kind: 'edit'; readonly password: number }
  | {
      readonly kind: 'label'
      readonly label: string
      readonly to: number | undefined
      readonly from: number | undefined
    }

const version = fc.nat(4)
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.constant({ kind: 'rotate' } as const),
  fc.record({ kind: fc.constant('put' as const), version, password: fc.nat(2), isReused: fc.boolean() }),
  fc.record({ kind: fc.constant('edit' as const), password: fc.nat(2) }),
  fc.record({
    kind: fc.constant('label' as const),
    label: fc.constantFrom(...LABELS),
    to: fc.option(version, { nil: undefined }),
    from: fc.option(version, { nil: undefined }),
  }),
)

const credential = (password: number): Credential => ({ username: 'A', password: `p${password}` })

/** What an operation does to the explored state; the name of AWS's error where it is refused. */
function onState(state: State, operation: Operation): State | string {
  try {
    switch (operation.kind) {
      case 'rotate':
        return rotate(state) ?? 'InvalidRequestException'
      case 'put': {
        const stages = operation.isReused ? ['AWSPENDING', 'QUARTERTURN_REUSED'] : ['AWSPENDING']
        return putValue(state, operation.version, credential(operation.password), stages)
      }
      case 'edit': {
        const room = { ...state, values: [...state.values, undefined] }
        return putValue(room, state.values.length, credential(operation.password), ['AWSCURRENT'])
      }
      case 'label':
        return updateStage(state, labelInput(operation))
    }
  } catch (error) {
    return error instanceof Error ? error.name : 'Error'
  }
}

function onModel(model: LocalSecretsManager, versions: number, operation: Operation): string {
  const SecretId = 'explored'
  try {
    switch (operation.kind) {
      case 'rotate':
        model.call('RotateSecret', {
          SecretId,
          ClientRequestToken: idOf(versions),
          RotationLambdaARN: FUNCTION_ARN,
        })
        break
      case 'put':
      case 'edit': {
        const id = operation.kind === 'put' ? operation.version : versions
        const own = operation.kind === 'put' && operation.isReused ? ['QUARTERTURN_REUSED'] : []
        const VersionStages = operation.kind === 'put' ? ['AWSPENDING', ...own] : ['AWSCURRENT']
        const SecretString = JSON.stringify(credential(operation.password))
        model.call('PutSecretValue', { SecretId, ClientRequestToken: idOf(id), SecretString, VersionStages })
        break
      }
      case 'label':
        model.call('UpdateSecretVersionStage', { SecretId, ...labelInput(operation) })
    }
    return 'ok'
  } catch (error) {
    return error instanceof Error ? error.name : 'Error'
  }
}

const labelInput = ({ label, to, from }: Extract<Operation, { kind: 'label' }>) => ({
  VersionStage: label,
  ...(to === undefined ? {} : { MoveToVersionId: idOf(to) }),
  ...(from === undefined ? {} : { RemoveFromVersionId: idOf(from) }),
})

/** What the explorer never does: versions that are not there, and calls that neither add nor remove. */
function isWithin(state: State, operation: Operation): boolean {
  const isThere = (one: number | undefined): boolean => one === undefined || one < state.values.length
  if (operation.kind === 'put') return operation.version < state.values.length
  if (operation.kind !== 'label') return true
  const isMove = operation.to !== undefined || operation.from !== undefined
  const isRemovalOfCurrent = operation.label === 'AWSCURRENT' && operation.to === undefined
  return isMove && !isRemovalOfCurrent && isThere(operation.to) && isThere(operation.from)
}

test('the explored rules are those of the local Secrets Manager', () => {
  fc.assert(
    fc.property(fc.array(operations, { maxLength: 14, size: 'max' }), (list) => {
      const model = createLocalSecretsManager({ unpublished: { ...CALM, pendingAfterMove: 'kept' } })
      model.registerFunction(FUNCTION_ARN, 'manual')
      model.call('CreateSecret', {
        Name: 'explored',
        ClientRequestToken: idOf(0),
        SecretString: JSON.stringify(credential(0)),
      })
      let state = firstState('single', { rotations: ENDLESS, edits: 0, refusals: 0 })
      for (const operation of list) {
        if (!isWithin(state, operation)) continue
        const next = onState(state, operation)
        const said = onModel(model, state.values.length, operation)
        expect(said, JSON.stringify([list, operation])).toBe(typeof next === 'string' ? next : 'ok')
        if (typeof next !== 'string') state = next
        const seen = model.call('DescribeSecret', { SecretId: 'explored' }).VersionIdsToStages
        const expected = describeState(state).VersionIdsToStages ?? {}
        const sorted = Object.fromEntries(
          Object.entries(expected).map(([id, labels]) => [id, labels.toSorted()]),
        )
        expect(seen, JSON.stringify([list, operation])).toEqual(sorted)
      }
    }),
    { numRuns: 1_000, seed: 20_261_123 },
  )
})
