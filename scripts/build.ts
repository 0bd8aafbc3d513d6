/** Bundles every handler into `dist/handlers/` and prints what each function weighs. */
import { rm } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { bundleFile, bundleFolder, bundleOptions, handlerNames, ROOT } from './build-options.ts'

/** Sizes in bytes, source maps left out. */
export interface Bundle {
  readonly name: string
  readonly file: string
  /** What is read before the first line of the handler runs: the entry and what it imports statically. */
  readonly atStart: number
  /** All of it. */
  readonly total: number
  readonly files: number
  /** Packages inside, by name. */
  readonly packages: readonly string[]
  /** Those that are read before the first line of the handler runs. */
  readonly packagesAtStart: readonly string[]
}

/** Builds one handler. `under` is the folder that receives its folder; default `dist/handlers`. */
export async function buildHandler(name: string, under?: string): Promise<Bundle> {
  await rm(bundleFolder(name, under), { recursive: true, force: true })
  const { metafile } = await build(bundleOptions(name, under))
  return measure(name, bundleFile(name, under), metafile)
}

function measure(name: string, file: string, { inputs, outputs }: Metafile): Bundle {
  const scripts = Object.entries(outputs).filter(([path]) => path.endsWith('.mjs'))
  const sizes = new Map(scripts.map(([path, { bytes }]) => [path, bytes]))
  const sum = (paths: Iterable<string>): number =>
    [...paths].reduce((bytes, path) => bytes + (sizes.get(path) ?? 0), 0)
  const start = importedBy(relative(ROOT, file), outputs)
  return {
    name,
    file,
    atStart: sum(start),
    total: sum(sizes.keys()),
    files: scripts.length,
    packages: packagesOf(Object.keys(inputs)),
    packagesAtStart: packagesOf([...start].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))),
  }
}

function packagesOf(paths: readonly string[]): readonly string[] {
  const packages = paths.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
  return [...new Set(packages)].filter((one) => one !== undefined).sort()
}

function importedBy(entry: string, outputs: Metafile['outputs']): Set<string> {
  const seen = new Set<string>()
  const walk = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { kind, path: next, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) walk(next)
    }
  }
  walk(entry)
  return seen
}

function table(bundles: readonly Bundle[]): string {
  const kb = (bytes: number): string => `${Math.round(bytes / 1_000)} KB`
  const rows = [
    ['function', 'at start', 'in all', 'files'],
    ...bundles.map(({ name, atStart, total, files }) => [name, kb(atStart), kb(total), String(files)]),
  ]
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

if (import.meta.main) {
  await rm(join(ROOT, 'dist', 'handlers'), { recursive: true, force: true })
  const bundles = await Promise.all(handlerNames().map((name) => buildHandler(name)))
  console.log(table(bundles))
  console.log(`in ${relative(ROOT, join(bundleFolder(''), '.'))}, each with ${basename(bundleFile(''))}`)
}
