import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest } from './manifest.ts'
import { formsOf } from './names.ts'

/** The templates are the package of a provider of this name, and every form of it is replaced. */
const IN_TEMPLATES = formsOf('example-target')

/** What a template says in place of a version that Quarterturn decides. */
const PINNED = 'pinned'

export interface RenderRequest {
  /** Valid, in kebab-case. */
  readonly name: string
  /** Decides the versions: what the package is tested with here is what it gets. */
  readonly manifest: Manifest
  /** The folder of the templates. Ends with a slash. */
  readonly templates: URL
  /** What stands for Quarterturn among the dependencies. */
  readonly quarterturn: string
}

/** The files of the package, by their paths with `/`, sorted. Pure but for reading the templates. */
export function renderProvider({
  name,
  manifest,
  templates,
  quarterturn,
}: RenderRequest): ReadonlyMap<string, string> {
  const folder = fileURLToPath(templates)
  const named = replacing(name)
  const versions = { ...manifest.dependencies, ...manifest.devDependencies, quarterturn }
  const render = (file: string): readonly [string, string] => {
    const path = writtenName(named(file.split(sep).join('/')))
    const text = named(readFileSync(join(folder, file), 'utf8'))
    return [path, path === 'package.json' ? withVersions(text, versions) : text]
  }
  return new Map(
    globSync('**/*', { cwd: folder, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => render(relative(folder, join(entry.parentPath, entry.name))))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/**
 * npm, git, TypeScript and editors obey some files wherever they lie, so their templates begin with `_`: a
 * `.gitignore` would not even be packed.
 */
const DOTTED = ['_gitignore', '_npmrc']
const writtenName = (file: string): string =>
  DOTTED.includes(file) ? file.replace('_', '.') : file.replace(/^_/, '')

function replacing(name: string): (text: string) => string {
  const to = formsOf(name)
  return (text) =>
    text
      .replaceAll(IN_TEMPLATES.kebab, to.kebab)
      .replaceAll(IN_TEMPLATES.pascal, to.pascal)
      .replaceAll(IN_TEMPLATES.constant, to.constant)
      .replaceAll(IN_TEMPLATES.title, to.title)
}

/** In npm's own form, so that a later `npm install` changes no other line. */
function withVersions(text: string, versions: Readonly<Record<string, string>>): string {
  const pin = (key: string, value: unknown): unknown => {
    if (value !== PINNED) return value
    const version = versions[key]
    if (version === undefined) throw new Error(`Quarterturn itself has no version of ${key}`)
    return version
  }
  return `${JSON.stringify(JSON.parse(text), pin, 2)}\n`
}

/** A dependency on an archive, so that folder and archive can be moved together. */
export const archiveRange = (folder: string, archive: string): string =>
  `file:${relative(folder, archive).split(sep).join('/')}`

/** `folder` is absent or empty. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { flag: 'wx' })
  }
}
