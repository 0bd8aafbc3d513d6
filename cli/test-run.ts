import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../test/tree.ts'
import { main } from './main.ts'

/** Runs the command in this process, as in the folder `cwd`. */
export async function runCommand(args: readonly string[], cwd = ROOT) {
  const said = { out: '', err: '' }
  const status = await main(args, {
    root: pathToFileURL(join(ROOT, '/')),
    cwd,
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { status, ...said }
}
