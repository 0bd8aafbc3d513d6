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

/** `parseArgs` adds advice on `--` that leads astray here. */
export const firstSentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('. ', 1)[0] ?? ''
