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
  return {
    ARN,
    RotationEnabled: true,
    RotationLambdaARN: FUNCTION_ARN,
    // Long ago: what is still young is tried by the explorer.
    LastChangedDate: new Date(0),
    VersionIdsToStages: versions,
  }
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
    mints: state.mints.map((mint) =>
      mint.password === value.password ? { ...mint, fate: undefined } : mint,
    ),
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
  const old = from === undefined ? undefined : state.values[from]?.password
  const now = state.values[to]?.password
  const isReplaced = label === 'AWSCURRENT' && old !== undefined && old !== now
  const isTheEnd = label === 'AWSCURRENT' && to === state.rotation
  return {
    ...state,
    rotation: isTheEnd ? undefined : state.rotation,
    spent: isReplaced ? [...new Set([...state.spent, old])].filter((one) => one !== now) : state.spent,
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

/** RotateSecret, or undefined where it is refused or none is left. */
export function rotate(state: State): State | undefined {
  const { AWSPENDING, AWSCURRENT } = state.labels
  if (state.left.rotations === 0 || (AWSPENDING !== undefined && AWSPENDING !== AWSCURRENT)) return undefined
  const token = state.values.length
  return {
    ...state,
    values: [...state.values, undefined],
    rotation: token,
    left: { ...state.left, rotations: state.left.rotations - 1 },
    labels: { ...state.labels, AWSPENDING: token },
  }
}

/** AWSPENDING is taken away: the rotation was given up, or an operator did what AWS advises for one that is stuck. */
export function strip(state: State): State | undefined {
  const { AWSPENDING, ...labels } = state.labels
  return AWSPENDING === undefined ? undefined : { ...state, rotation: undefined, labels }
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
