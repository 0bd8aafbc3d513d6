import type { SecretDescription } from '../aws/secrets-manager.ts'
import { CANDIDATE_LABEL, type LabelFacts, MINTING_LABEL, type RetireLabelFacts } from './known.ts'

/** The labels of a secret as one DescribeSecret showed them. */
export interface Labels {
  readonly own: readonly string[] | undefined
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly candidate: string | undefined
  readonly pending: string | undefined
  readonly minting: string | undefined
  /** The versions with a label that is neither AWS's nor ours. */
  readonly customers: readonly string[]
  readonly rotationEnabled: boolean
}

const OURS = /^(AWSCURRENT|AWSPREVIOUS|AWSPENDING|QUARTERTURN_.*)$/

export function labelsOf(description: SecretDescription, token: string): Labels {
  const versions = Object.entries(description.VersionIdsToStages ?? {})
  const holder = (label: string): string | undefined =>
    versions.find(([, stages]) => stages.includes(label))?.[0]
  return {
    own: versions.find(([id]) => id === token)?.[1],
    current: holder('AWSCURRENT'),
    previous: holder('AWSPREVIOUS'),
    candidate: holder(CANDIDATE_LABEL),
    pending: holder('AWSPENDING'),
    minting: holder(MINTING_LABEL),
    customers: versions.flatMap(([id, stages]) => (stages.every((one) => OURS.test(one)) ? [] : [id])),
    rotationEnabled: description.RotationEnabled === true,
  }
}

export function labelFacts(labels: Labels, token: string): LabelFacts {
  const { own, candidate } = labels
  return {
    own: own?.includes('AWSCURRENT') ? 'current' : own?.includes('AWSPENDING') ? 'pending' : 'unlabelled',
    candidate:
      candidate === undefined
        ? 'nowhere'
        : candidate === token
          ? 'own'
          : candidate === labels.current
            ? 'current'
            : candidate === labels.previous
              ? 'previous'
              : 'elsewhere',
    rotationEnabled: labels.rotationEnabled,
  }
}

/** What a retirement asks of the labels; `token` is the version that the rotation made current. */
export function retireLabelFacts(labels: Labels, token: string): RetireLabelFacts {
  const { pending, candidate, current } = labels
  return {
    isCurrent: current === token,
    isPending: current !== token && pending === token,
    isOpen: pending !== undefined && pending !== current,
    candidate: candidate === undefined || candidate === current ? 'settled' : 'elsewhere',
  }
}
