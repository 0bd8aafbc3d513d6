import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildHandler } from '../../scripts/build.ts'
import { handlerNames } from '../../scripts/build-options.ts'
import type { Check } from '../../scripts/check.ts'
import { functionId } from '../../scripts/templates/names.ts'

/** What SAM built is what the build builds: as many bytes in as many files. Names differ, being hashes of paths too. */
export async function checkBuilt(check: Check, folders: readonly string[]): Promise<void> {
  for (const name of handlerNames())
    await check.claim(`the package of ${name} is the one of npm run build, in every template`, async () => {
      const own = join(folders[0] ?? '', '..', 'own')
      await buildHandler(name, own)
      const expected = sizesIn(join(own, name))
      for (const folder of folders) assert.deepEqual(sizesIn(join(folder, functionId(name))), expected)
    })
}

/** Bytes of each script, sorted. */
const sizesIn = (folder: string): readonly number[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => statSync(join(folder, file)).size)
    .toSorted((one, other) => one - other)
