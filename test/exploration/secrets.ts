import type {
  SecretDescription,
  SecretsManagerPort,
  SecretVersion,
} from '../../shared/aws/secrets-manager.ts'
import { ADMIN_ARN } from '../simulation/target.ts'
import type { Credential, State, VersionNumber } from './state.ts'

export const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:explored-AbCdEf'
export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:rotate'

/** The admin secret is there, consents and never changes: what becomes of it is tried elsewhere. */
const ADMIN_SECRET: SecretDescription = {
  ARN: ADMIN_ARN,
  Tags: [{ Key: 'quarterturn:admin-for', Value: 'explored' }],
}
const ADMIN_VALUE: SecretVersion = {
  VersionId: 'admin-version',
  SecretString: JSON.stringify({ username: 'admin', password: 'admin-password' }),
}

export const idOf = (version: VersionNumber): string => `version-${String(version).padStart(24, '0')}`
export const numberOf = (id: string): VersionNumber => Number(id.slice('version-'.length))

const refused = (name: string): Error => Object.assign(new Error(name), { name })

/**
 * The rules of Secrets Manager for one secret, as pure functions from state to state. The local model has the same
 * rules and much more; `secrets.test.ts` holds the two together.
 */
export function describe(state: State): SecretDescription {
  const versions: Record<string, string[]> = {}
  for (const [label, version] of Object.entries(state.labels)) {
    const id = idOf(version)
    versions[id] = [...(versions[id] ?? []), label]
  }
  return { ARN, RotationEnabled: true, RotationLambdaARN: FUNCTION_ARN, VersionIdsToStages: versions }
}

const stagesOf = (state: State, version: VersionNumber): string[] =>
  Object.entries(state.labels).flatMap(([label, holder]) => (holder === version ? [label] : []))

export function getValue(state: State, input: { VersionId?: string; VersionStage?: string }): SecretVersion {
  const { VersionId, VersionStage } = input
  const version = VersionId === undefined ? state.labels[VersionStage ?? 'AWSCURRENT'] : numberOf(VersionId)
  if (version === undefined || version >= state.values.length) throw refused('ResourceNotFoundException')
  if (VersionStage !== undefined && state.labels[VersionStage] !== version)
    throw refused('InvalidRequestException')
  const value = state.values[version]
  if (value === undefined) throw refused('ResourceNotFoundException')
  return {
    VersionId: idOf(version),
    VersionStages: stagesOf(state, version),
    SecretString: JSON.stringify(value),
    CreatedDate: new Date(state.order.indexOf(version) * 1_000),
  }
}

export function putValue(
  state: State,
  version: VersionNumber,
  value: Credential,
  stages: readonly string[],
): State {
  const there = state.values[version]
  if (there !== undefined) {
    if (there.username !== value.username || there.password !== value.password)
      throw refused('ResourceExistsException')
    return state
  }
  const next: State = {
    ...state,
    values: state.values.with(version, value),
    order: [...state.order, version],
  }
  const labelled = stages.reduce((moved, stage) => moveLabel(moved, stage, version), next)
  return settle(state, labelled, version, stages)
}

/** What a put does beside its own labels: another version's rotation is abandoned, and a finished one is cleared. */
function settle(before: State, after: State, version: VersionNumber, stages: readonly string[]): State {
  const { AWSCURRENT } = before.labels
  const isOther = before.rotation !== undefined && before.rotation !== version
  const abandoned = isOther ? { ...after, rotation: undefined } : after
  const loses = [
    ...(isOther && before.rotation !== AWSCURRENT ? [before.rotation] : []),
    ...(stages.includes('AWSCURRENT') && AWSCURRENT !== version ? [AWSCURRENT] : []),
  ]
  const { AWSPENDING, ...others } = abandoned.labels
  return AWSPENDING !== undefined && loses.includes(AWSPENDING) ? { ...abandoned, labels: others } : abandoned
}

export function moveLabel(state: State, label: string, to: VersionNumber): State {
  const from = state.labels[label]
  const previous = label === 'AWSCURRENT' && from !== undefined && from !== to ? { AWSPREVIOUS: from } : {}
  const isTheEnd = label === 'AWSCURRENT' && to === state.rotation
  return {
    ...state,
    rotation: isTheEnd ? undefined : state.rotation,
    labels: { ...state.labels, ...previous, [label]: to },
  }
}

export function updateStage(
  state: State,
  input: { VersionStage: string; MoveToVersionId?: string; RemoveFromVersionId?: string },
): State {
  const holder = state.labels[input.VersionStage]
  const from = input.RemoveFromVersionId === undefined ? undefined : numberOf(input.RemoveFromVersionId)
  const to = input.MoveToVersionId === undefined ? undefined : numberOf(input.MoveToVersionId)
  if (to === undefined) {
    if (holder === undefined || holder !== from) throw refused('InvalidParameterException')
    const { [input.VersionStage]: _, ...labels } = state.labels
    return { ...state, labels }
  }
  const isThere = holder === to && from === undefined
  if (!isThere && holder !== from) throw refused('InvalidParameterException')
  return moveLabel(state, input.VersionStage, to)
}

/** RotateSecret, or undefined where it is refused. */
export function rotate(state: State): State | undefined {
  const { AWSPENDING, AWSCURRENT } = state.labels
  if (AWSPENDING !== undefined && AWSPENDING !== AWSCURRENT) return undefined
  const token = state.values.length
  return {
    ...state,
    values: [...state.values, undefined],
    rotation: token,
    tokens: [...state.tokens, token],
    labels: { ...state.labels, AWSPENDING: token },
  }
}

export function strip(state: State): State {
  const { AWSPENDING: _, ...labels } = state.labels
  return { ...state, rotation: undefined, labels }
}

/** An operator writes a new current version with the same credential. */
export function edit(state: State): State {
  const current = state.labels['AWSCURRENT']
  const value = current === undefined ? undefined : state.values[current]
  if (value === undefined) return state
  const version = state.values.length
  const room: State = { ...state, values: [...state.values, undefined], editsLeft: state.editsLeft - 1 }
  return putValue(room, version, value, ['AWSCURRENT'])
}

export interface PortChange {
  /** The labels of a put. */
  readonly stages?: (stages: readonly string[]) => readonly string[]
  /** This label is moved from wherever it is, instead of by compare-and-swap. */
  readonly movesBlindly?: string
}

/** The engine's port on a state that each write replaces. */
export const portOn = (
  get: () => State,
  set: (state: State) => void,
  change: PortChange = {},
): SecretsManagerPort => ({
  describeSecret: async ({ SecretId }) => (SecretId === ADMIN_ARN ? ADMIN_SECRET : describe(get())),
  getSecretValue: async (input) => (input.SecretId === ADMIN_ARN ? ADMIN_VALUE : getValue(get(), input)),
  putSecretValue: async (input) => {
    const value: Credential = JSON.parse(input.SecretString)
    const stages = change.stages?.(input.VersionStages) ?? input.VersionStages
    set(putValue(get(), numberOf(input.ClientRequestToken), value, stages))
  },
  updateSecretVersionStage: async (input) => {
    const holder = get().labels[input.VersionStage]
    const isBlind = input.VersionStage === change.movesBlindly && input.MoveToVersionId !== undefined
    const from = isBlind && holder !== undefined ? { RemoveFromVersionId: idOf(holder) } : {}
    set(updateStage(get(), { ...input, ...from }))
  },
})
