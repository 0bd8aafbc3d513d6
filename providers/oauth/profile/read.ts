import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { QuarterturnError } from '../../../shared/provider/index.ts'
import { lineOf, linesOf } from './json-lines.ts'
import { Profile } from './schema.ts'

/** Throws `CONFIG_INVALID` that names the file, and for each thing that is wrong the line and the place. */
export function readProfile(text: string, file: string): Profile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw invalid(`${file}${syntaxLine(text, error)} is not JSON`)
  }
  const parsed = Profile.safeParse(json)
  if (parsed.success) return parsed.data
  const lines = linesOf(text)
  const wrong = parsed.error.issues.map((issue) => {
    // What is too much has a line of its own.
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
    const message = issue.code === 'unrecognized_keys' ? 'is unknown here' : issue.message
    return `${file}:${lineOf(lines, path)} \`${path.map(String).join('.')}\` ${message}`
  })
  throw invalid(wrong.join('; '))
}

/** The profiles of a folder, each a `.json` file of its own name. */
export function readProfiles(folder: string): readonly Profile[] {
  let names: string[]
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    throw invalid(`QUARTERTURN_OAUTH_PROFILES names the folder ${folder}, which cannot be read`)
  }
  return names.map((name) => {
    const profile = readProfile(readFileSync(join(folder, name), 'utf8'), name)
    if (profile.profile !== basename(name, '.json'))
      throw invalid(`${name} has the profile ${profile.profile}, and has to bear its name`)
    return profile
  })
}

/** V8 tells the position, or that the text ends. */
function syntaxLine(text: string, error: unknown): string {
  const [, position] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? []
  return `:${text.slice(0, position === undefined ? text.length : Number(position)).split('\n').length}`
}

const invalid = (problem: string): QuarterturnError =>
  new QuarterturnError('CONFIG_INVALID', { problem, remedy: 'correct the profile' })
