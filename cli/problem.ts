/** What keeps the command from its work. The message names the argument or file, and what to do. */
export class Problem extends Error {
  /** How the process ends: 2 for words that the command does not know, 1 for anything else. */
  readonly exitCode: 1 | 2
  /** The command whose help says more. */
  readonly command: string

  constructor(message: string, exitCode: 1 | 2, command = 'quarterturn') {
    super(message)
    this.exitCode = exitCode
    this.command = command
  }
}

/** What `parseArgs` refuses, in one line with the remedy; its own lines give advice that leads astray here. */
export function argumentProblem(error: unknown, command?: string): Problem {
  const { code, message } = error as { code?: unknown; message: string }
  const [, option = '', word = option] = /'(?:-\w, )?(--?[\w-]+)[^']*'|'([^']*)'/.exec(message) ?? []
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return new Problem(`${option} is no option; leave it out`, 2, command)
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return new Problem(`\`${word}\` belongs to no option; leave it out`, 2, command)
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return new Problem(
        message.includes('does not take an argument')
          ? `${option} takes no value; leave it out`
          : `${option} has no value; give one, as ${option}=VALUE if it begins with a hyphen`,
        2,
        command,
      )
    default:
      throw error
  }
}
