import type { World } from '../world/world.ts'

/** A promise that did not hold. The message is the whole story, fit for a terminal; free of secret values. */
export class ConformanceFailure extends Error {
  /** The id that `only` takes. */
  readonly point: string
  /** What was broken, in one sentence. */
  readonly broken: string

  constructor(point: string, broken: string, story: string) {
    super(`${broken}\n${story}`)
    this.name = 'ConformanceFailure'
    this.point = point
    this.broken = broken
  }
}

/** The labels by version, and which of those versions signs in. */
export async function stateOf(world: World): Promise<string> {
  const { secret } = world
  const labels = secret.labels()
  const lines: string[] = []
  for (const version of new Set([...secret.values.keys(), ...Object.keys(labels)])) {
    const value = secret.value(version)
    const isIn =
      value === undefined
        ? 'has no value'
        : await world.signsIn(value).then(
            (yes) => (yes ? 'signs in' : 'is refused'),
            () => 'cannot be tried',
          )
    lines.push(`${secret.name(version)} [${(labels[version] ?? []).join(', ')}] ${isIn}`)
  }
  return lines.join('; ')
}

export const labelsOf = ({ secret }: World): string =>
  Object.entries(secret.labels())
    .map(([version, stages]) => `${secret.name(version)} [${stages.join(', ')}]`)
    .join('; ')
