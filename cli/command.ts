/** What the command takes from outside. */
export interface Surroundings {
  /** The folder of the package of Quarterturn, with its `package.json`. Ends with a slash. */
  readonly root: URL
  /** The folder that relative paths of the arguments are meant from. */
  readonly cwd: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

export type Command = (args: readonly string[], surroundings: Surroundings) => Promise<void>
