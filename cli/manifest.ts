import { readFileSync } from 'node:fs'
import * as z from 'zod'

/** The fields that are used of the `package.json` of Quarterturn itself. */
const Manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})
export type Manifest = z.output<typeof Manifest>

export const readManifest = (root: URL): Manifest =>
  Manifest.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')))
