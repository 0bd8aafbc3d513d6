import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

const IGNORED = new Set(['node_modules', 'dist', 'coverage', '.git'])

/** Paths from the root that match, sorted, without what is installed or built. */
export const filesOf = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], {
    cwd: ROOT,
    exclude: (path) => path.split(sep).some((part) => IGNORED.has(part)),
  }).sort()

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

interface Manifest {
  readonly bin: Readonly<Record<'quarterturn', string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export const MANIFEST: Manifest = JSON.parse(textOf('package.json'))

/** Tests, and what only they use. */
export const isTest = (file: string): boolean =>
  /\.(test|property)\.ts$/.test(file) || file.startsWith('test/') || file.includes('/test-')

export interface Import {
  readonly from: string
  /** As written. */
  readonly specifier: string
  /** Path from the root for a relative import; `undefined` for a package. */
  readonly to: string | undefined
}

// Types count too: a type from the wrong side ties two folders together as a value does.
const SPECIFIER = /\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm

export function importsOf(file: string): readonly Import[] {
  const source = textOf(file).replaceAll(COMMENT, '')
  return [...source.matchAll(SPECIFIER)].map(([, specifier = '']) => ({
    from: file,
    specifier,
    to: specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), specifier)) : undefined,
  }))
}

/** `@aws-sdk/client-eventbridge/x` → `@aws-sdk/client-eventbridge`; `node:fs` is no package. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
