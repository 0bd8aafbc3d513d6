import { existsSync, readdirSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { everyProvider } from '../providers/index.ts'
import type { Command } from './command.ts'
import { PROVIDER_NEW_HELP } from './help.ts'
import { readManifest } from './manifest.ts'
import { wrongWith } from './names.ts'
import { argumentProblem, Problem } from './problem.ts'
import { archiveRange, renderProvider, writeFiles } from './render-provider.ts'

const COMMAND = 'quarterturn provider new'

/** `quarterturn provider new <name>`: checks the arguments, then writes the package in one go. */
export const providerNew: Command = async (args, { root, cwd, out }) => {
  const { values, positionals } = parseOptions(args)
  if (values.help) return out(PROVIDER_NEW_HELP)

  const name = nameOf(positionals)
  const folder = resolve(cwd, values.into ?? `quarterturn-provider-${name}`)
  refuseFull(folder)
  const manifest = readManifest(root)
  const archive = values.quarterturn === undefined ? undefined : archiveOf(values.quarterturn, cwd)
  const files = renderProvider({
    name,
    manifest,
    templates: new URL('cli/templates/provider/', root),
    quarterturn: archive === undefined ? manifest.version : archiveRange(folder, archive),
  })
  writeFiles(folder, files)

  const shown = relative(cwd, folder) || '.'
  out(`${shown}: ${files.size} files written.\n\n${nextSteps(shown, archive === undefined)}`)
}

function nextSteps(folder: string, fromRegistry: boolean): string {
  const enter = folder === '.' ? '' : `  cd ${folder}\n`
  const steps = `Next:\n${enter}  npm install\n  npm test\n`
  return fromRegistry
    ? `${steps}\nQuarterturn is on no registry yet: give \`npm install\` the archive that \`npm pack\` makes in its checkout.\n`
    : steps
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        into: { type: 'string' },
        quarterturn: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw argumentProblem(error, COMMAND)
  }
}

function nameOf([name, ...more]: readonly string[]): string {
  if (name === undefined)
    throw new Problem('<name> is missing; give the target in a word, such as acme', 2, COMMAND)
  if (more.length > 0)
    throw new Problem(`one <name> is enough; \`${more.join(' ')}\` is too much`, 2, COMMAND)
  const wrong = wrongWith(
    name,
    everyProvider.map((provider) => provider.name),
  )
  if (wrong !== undefined) throw new Problem(`<name> \`${name}\` ${wrong}`, 2, COMMAND)
  return name
}

/** Whatever is in the way stays as it is. */
function refuseFull(folder: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory())
    throw new Problem(`--into ${folder} is a file; give a folder that is absent or empty`, 1)
  if (readdirSync(folder).length > 0)
    throw new Problem(
      `${folder} is not empty, and nothing is overwritten; empty it, or give another by --into DIR`,
      1,
    )
}

function archiveOf(file: string, cwd: string): string {
  const path = resolve(cwd, file)
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new Problem(
      `--quarterturn ${file} is no file; make one by \`npm pack\` in a checkout of Quarterturn`,
      1,
    )
  if (!path.endsWith('.tgz'))
    throw new Problem(
      `--quarterturn ${file} does not end with .tgz; give the archive that \`npm pack\` made`,
      1,
    )
  return path
}
