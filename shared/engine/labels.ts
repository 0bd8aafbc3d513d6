import type { SecretDescription } from '../aws/secrets-manager.ts'
import { CANDIDATE_LABEL, type LabelFacts } from './known.ts'

/** The labels of a secret as one DescribeSecret showed them. */
export interface Labels {
  readonly own: readonly string[] | undefined
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly candidate: string | undefined
  readonly rotationEnabled: boolean
}

export function labelsOf(description: SecretDescription, token: string): Labels {
  const versions = Object.entries(description.VersionIdsToStages ?? {})
  const holder = (label: string): string | undefined =>
    versions.find(([, stages]) => stages.includes(label))?.[0]
  return {
    own: versions.find(([id]) => id === token)?.[1],
    current: holder('AWSCURRENT'),
    previous: holder('AWSPREVIOUS'),
    candidate: holder(CANDIDATE_LABEL),
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
