/** The profiles that ship as texts, and what is said of one in which something is wrong. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isQuarterturnError } from '../../../shared/provider/index.ts'
import { readProfile } from './read.ts'

const folder = join(import.meta.dirname, '..', 'profiles')
export const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
export const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')
export const OKTA = textOf('okta.json')

/** The error of a text in which something was replaced. */
export function problemOf(from: string | RegExp, to: string, text = OKTA): string {
  const changed = text.replace(from, to)
  if (changed === text) throw new Error('nothing was replaced')
  try {
    readProfile(changed, 'okta.json')
  } catch (error) {
    if (isQuarterturnError(error) && error.code === 'CONFIG_INVALID') return error.problem
    throw error
  }
  throw new Error('it was taken')
}
