/** One thing in which the two users of a pair differ. */
export interface Difference {
  /** In words, naming the object. */
  readonly text: string
  /** What an admin does about it. */
  readonly statement: string
  /** What the admin may lack the right to: it is tried, and left to the comparison that follows. */
  readonly isGuarded?: boolean
  /** The statement for people, where the admin may have to leave it to them. Without a value, which may be anything. */
  readonly shown?: string
}

/** Every difference of a pair: what is added to make them equal, then what is taken away. */
export interface Differences {
  readonly add: readonly Difference[]
  readonly remove: readonly Difference[]
  /** What this session cannot repair; the statements are for somebody who can. */
  readonly beyond: readonly Difference[]
}

/** In one line for people, each with what to do. */
export const inWords = ({ add, remove, beyond }: Differences): readonly string[] => [
  ...[...add, ...remove].map(({ text, shown }) => (shown === undefined ? text : `${text} (${shown})`)),
  ...beyond.map(({ text, statement }) => `${text} (${statement})`),
]
