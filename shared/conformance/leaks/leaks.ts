import { formsOf } from '../../redact-forms.ts'
import { ROTATION_TOKEN } from '../world/container.ts'
import { adminValue } from '../world/direct.ts'
import type { World } from '../world/world.ts'

/** Every value that may be printed nowhere: the credential of each value stored or issued, and the rotation token. */
export function canaries(world: World): readonly string[] {
  const { provider } = world.kit
  const admin = adminValue(world)
  const values = [
    ...world.secret.values.values(),
    ...world.record.issued,
    ...(admin === undefined ? [] : [admin]),
  ]
  const credentials = values.flatMap((stored) => {
    const parsed = provider.schema['~standard'].validate(stored)
    if (parsed instanceof Promise || parsed.issues !== undefined) return []
    return [provider.identity(parsed.value).credential]
  })
  return [...new Set([...credentials, ROTATION_TOKEN])]
}

/** Which of the values are in the text, in any form that ours, drivers or Node write. Answers their number, not them. */
export function found(text: string, values: readonly string[]): number {
  return values.filter((value) => formsOf(value).some((form) => text.includes(form))).length
}

/** Shorter ones are parts of words. */
const SHORTEST = 8

/** What is added to a finding that may be one by chance. */
const byChance = (values: readonly string[]): string =>
  values.some((value) => value.length < SHORTEST)
    ? `; a credential has fewer than ${SHORTEST} characters and may be there by chance: begin with a longer one`
    : ''

/** Promise 4 for everything that the engine told in this world. */
export function leaksIn(world: World): string | undefined {
  const text = world.record.told.join('\n')
  const values = canaries(world)
  return found(text, values) === 0
    ? undefined
    : `never leaks: a credential or token is in what the engine reports or raises${byChance(values)}`
}

/** The same for what the provider answers and raises before the engine cleans it. */
export function rawLeaksIn(world: World): string | undefined {
  const text = world.record.raw.join('\n')
  return found(text, canaries(world)) === 0
    ? undefined
    : 'never leaks: a credential is in what the provider itself answers or raises'
}
