/**
 * Writes the pages of `docs/` that are made from the code. With `--check` it writes nothing and fails, naming them,
 * when some are out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pages } from './docs-pages.ts'

const folder = join(import.meta.dirname, '..', 'docs')

export async function outOfDate(): Promise<readonly string[]> {
  const stored = await Promise.all(
    Object.entries(pages()).map(async ([name, made]) => ({
      name,
      same: (await readFile(join(folder, name), 'utf8').catch(() => '')) === made,
    })),
  )
  return stored.filter(({ same }) => !same).map(({ name }) => name)
}

async function write(): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, made] of Object.entries(pages())) await writeFile(join(folder, name), made)
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const old = await outOfDate()
    if (old.length > 0) {
      console.error(
        `Out of date: ${old.map((name) => `docs/${name}`).join(', ')}. Run \`node scripts/docs.ts\`.`,
      )
      process.exitCode = 1
    }
  } else {
    await write()
  }
}
