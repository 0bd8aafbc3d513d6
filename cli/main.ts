import { parseArgs } from 'node:util'
import type { Command, Surroundings } from './command.ts'
import { HELP } from './help.ts'
import { readManifest } from './manifest.ts'
import { argumentProblem, Problem } from './problem.ts'

/** Commands by their words, the longest first. Each is loaded when it is asked for: the drivers of providers take a while. */
const COMMANDS: readonly (readonly [words: readonly string[], load: () => Promise<Command>])[] = [
  [['provider', 'new'], async () => (await import('./provider-new.ts')).providerNew],
  [['provider', 'setup'], async () => (await import('./provider-setup.ts')).providerSetup],
  [['local'], async () => (await import('./local.ts')).local],
]

/** Runs the command with its arguments; answers how the process ends. Never rejects for what a user got wrong. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await run(args, surroundings)
    return 0
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const more = error.exitCode === 2 ? `\n\`${error.command} --help\` shows what there is.` : ''
    surroundings.err(`quarterturn: ${error.message}${more}\n`)
    return error.exitCode
  }
}

async function run(args: readonly string[], surroundings: Surroundings): Promise<void> {
  for (const [words, load] of COMMANDS)
    if (words.every((word, at) => args[at] === word))
      return await (await load())(args.slice(words.length), surroundings)

  const { values, positionals } = parseOptions(args)
  if (positionals.length > 0) throw unknownCommand(positionals)
  if (values.version) return surroundings.out(`${readManifest(surroundings.root).version}\n`)
  if (values.help) return surroundings.out(HELP)
  throw new Problem('a command is missing', 2)
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    })
  } catch (error) {
    throw argumentProblem(error)
  }
}

function unknownCommand(words: readonly string[]): Problem {
  const known = COMMANDS.map(([command]) => command.join(' '))
  const begun = known.filter((command) => command.startsWith(`${words[0]} `))
  const meant = begun.length > 0 ? begun : known
  return new Problem(
    `\`${words.join(' ')}\` is no command; there is ${meant.map((one) => `\`${one}\``).join(', ')}`,
    2,
  )
}
