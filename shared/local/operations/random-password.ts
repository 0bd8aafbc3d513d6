import type { z } from 'zod'
import { invalidParameter } from '../errors.ts'
import type { GetRandomPasswordInput } from '../inputs/index.ts'
import type { Service } from '../secrets/service.ts'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

/**
 * 32 characters with each kind present, unless told otherwise. They follow from the seed of the model, so they are
 * worth nothing as passwords.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 */
export function getRandomPassword(
  { random }: Service,
  input: z.output<typeof GetRandomPasswordInput>,
): { readonly RandomPassword: string } {
  const excluded = new Set(input.ExcludeCharacters ?? '')
  const left = (kind: string): string[] => [...kind].filter((character) => !excluded.has(character))
  const kinds = [
    input.ExcludeUppercase === true ? '' : UPPER,
    input.ExcludeLowercase === true ? '' : LOWER,
    input.ExcludeNumbers === true ? '' : DIGITS,
    input.ExcludePunctuation === true ? '' : PUNCTUATION,
  ]
    .map(left)
    .filter((kind) => kind.length > 0)
  // "If you include this switch, the password can contain space characters": it need not.
  const space = input.IncludeSpace === true ? left(' ') : []
  const length = input.PasswordLength ?? 32
  const required = input.RequireEachIncludedType === false ? [] : kinds
  const all = [...kinds.flat(), ...space]
  if (all.length === 0) throw invalidParameter('The excluded characters leave none to choose from.')
  if (required.length > length)
    throw invalidParameter('Password length is too short based on the required types.')
  const pick = (from: readonly string[]): string => from[random.below(from.length)] ?? ''
  const drawn = [...required.map(pick), ...Array.from({ length: length - required.length }, () => pick(all))]
  for (let index = drawn.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1)
    ;[drawn[index], drawn[other]] = [drawn[other] ?? '', drawn[index] ?? '']
  }
  return { RandomPassword: drawn.join('') }
}
