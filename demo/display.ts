import { Listr } from 'listr2'

/** A piece of work that ended: `line` takes the place of its title. */
export interface Shown<T> {
  readonly line: string
  readonly value: T
}

/** Adds a line below the title of work that is under way. */
export type Note = (line: string) => void

/** Runs work and shows it: as a live line in a terminal, as plain lines elsewhere. Rejects as the work does. */
export type Show = <T>(title: string, work: (note: Note) => Promise<Shown<T>>) => Promise<T>

export interface Display {
  readonly show: Show
  print(text: string): void
}

/** Below this a line of the list wraps more than it tells; a terminal that does not know its width says 0. */
const LEAST_COLUMNS = 40

/** A terminal gets a live list unless it, or the environment, asks for plain text. */
export const wantsLive = (
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): boolean =>
  stream.isTTY === true &&
  (stream.columns ?? 0) >= LEAST_COLUMNS &&
  env['TERM'] !== 'dumb' &&
  !env['CI'] &&
  !env['NO_COLOR']

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

export const createDisplay = (live: boolean): Display => ({ show: live ? showLive : showPlain, print })

const showPlain: Show = async (title, work) => {
  try {
    const { line, value } = await work((note) => print(`          ${note}`))
    print(`ok      ${line}`)
    return value
  } catch (error) {
    print(`failed  ${title}`)
    throw error
  }
}

const showLive: Show = async <T>(title: string, work: (note: Note) => Promise<Shown<T>>) => {
  let result: { readonly value: T } | undefined
  const list = new Listr(
    {
      title,
      task: async (_, task) => {
        const { line, value } = await work((note) => {
          task.output = note
        })
        task.title = line
        result = { value }
      },
      rendererOptions: { outputBar: Number.POSITIVE_INFINITY, persistentOutput: true },
    },
    // Ctrl-C is answered by whoever started the servers; the list would end the process first.
    { registerSignalListeners: false, rendererOptions: { collapseErrors: false } },
  )
  await list.run()
  if (result === undefined) throw new Error(`${title}: ended without a result`)
  return result.value
}
