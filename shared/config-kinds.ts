/** The kinds of values that variables take, each from text, and the facts that every variable has. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import * as z from 'zod'

/** Facts about one variable for people; `docs/configuration.md` is made from them. */
interface OptionFacts {
  /** What it decides, in a sentence or two. */
  readonly description: string
  /** The values it takes, as text. */
  readonly values: string
  /** What holds when it is not set, as text. */
  readonly default: string
}

export const option = <Schema extends z.ZodType>(schema: Schema, facts: OptionFacts): Schema =>
  schema.meta({ ...facts })

/** `true`, `1`, `y`, `yes` and their opposites in any case, as AWS's rotation templates take them; nothing else counts. */
export const flag = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.enum(['true', '1', 'y', 'yes', 'false', '0', 'n', 'no'], 'must be true or false'))
  .transform((text) => ['true', '1', 'y', 'yes'].includes(text))

export const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`)

/** Text to a value by a reader that answers undefined for what it cannot read. */
export const readBy = <T>(read: (text: string) => T | undefined, message: string) =>
  z.string().transform((text, context) => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

/** The text itself, or what is in the file whose absolute path it is: all variables of a function have 4 KB together. */
export const textOrFile = z.string().transform((text, context) => {
  if (!isAbsolute(text.trim())) return text
  try {
    return readFileSync(text.trim(), 'utf8')
  } catch {
    context.addIssue({ code: 'custom', message: 'names a file that cannot be read' })
    return z.NEVER
  }
})

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** PEM text, in which `\n` may stand for a line break, or the absolute path of a PEM file; the answer is PEM. */
export const certificates = textOrFile.transform((text, context) => {
  const issue = (message: string): never => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  const found = text.replaceAll('\\n', '\n').match(PEM)
  if (found === null) return issue('must be PEM certificates or the absolute path of a file with some')
  try {
    for (const one of found) new X509Certificate(one)
  } catch {
    return issue('has a certificate that cannot be read')
  }
  return found.join('\n')
})

/** What is separated by commas or line breaks, without the spaces around it. Text from `#` to the end of a line is left out. */
export const itemsOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '')
