/** Writes `examples/provider-example` anew, as `quarterturn provider new example` writes it. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { main } from '../cli/main.ts'
import { ROOT } from './build-options.ts'

const folder = join(ROOT, 'examples', 'provider-example')
rmSync(folder, { recursive: true, force: true })
process.exitCode = await main(['provider', 'new', 'example', '--into', folder], {
  root: pathToFileURL(join(ROOT, '/')),
  cwd: ROOT,
  out: () => {},
  err: (text) => process.stderr.write(text),
})
