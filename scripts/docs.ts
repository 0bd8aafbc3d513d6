/**
 * Writes the pages of `docs/` and the templates that are made from the code. With `--check` it writes nothing and fails,
 * naming them, when some are out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pages } from './docs-pages.ts'
import { templates } from './templates/index.ts'

const root = join(import.meta.dirname, '..')

/** Path from the root to content. */
const files = (): readonly (readonly [path: string, made: string])[] => [
  ...Object.entries(pages()).map(([name, made]): [string, string] => [`docs/${name}`, made]),
  ...Object.entries(templates()),
]

export async function outOfDate(): Promise<readonly string[]> {
  const stored = await Promise.all(
    files().map(async ([path, made]) => ({
      path,
      same: (await readFile(join(root, path), 'utf8').catch(() => '')) === made,
    })),
  )
  return stored.filter(({ same }) => !same).map(({ path }) => path)
}

async function write(): Promise<void> {
  for (const [path, made] of files()) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), made)
  }
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const old = await outOfDate()
    if (old.length > 0) {
      console.error(`Out of date: ${old.join(', ')}. Run \`node scripts/docs.ts\`.`)
      process.exitCode = 1
    }
  } else {
    await write()
  }
}
