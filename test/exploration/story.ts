import { split, successors, tupleOf } from './explore.ts'
import { EDIT, RENEWAL } from './hands.ts'
import type { Space } from './space.ts'
import { accepts, type Credential, type State, signsIn, under } from './state.ts'
import type { Table } from './table.ts'

/** An invocation on the stage: its number now, and what the story calls it. */
interface Actor {
  readonly sleeper: number
  readonly name: string
}

/**
 * The way to a state in words, `last` after the one at `place`, one line for each stretch of actions of the same invocation, then what there is at the
 * end. States carry names of their own; the story keeps the names that things had when they appeared.
 */
export async function storyOf(
  space: Space,
  table: Table,
  place: number,
  last: readonly number[],
): Promise<readonly string[]> {
  const way: (readonly number[])[] = [last]
  for (let at = place; at !== 0; at = table.parentOf(at)) way.unshift(table.at(at))
  let versions = ['v0']
  let actors: Actor[] = []
  const told: { who: string; what: string[] }[] = []
  let rotations = 0
  let edits = 0
  const deliveries = new Map<string, number>()
  let at = split(table.at(0))
  for (const target of way) {
    const next = await nextTo(space, at, target)
    let who = ''
    let what = next.text
    if (next.by === -1) {
      if (what === 'RotateSecret') {
        rotations += 1
        versions = [...versions, `T${rotations}`]
        what = `RotateSecret starts T${rotations}`
      } else if (what === EDIT || what === RENEWAL) {
        edits += 1
        versions = [...versions, `E${edits}`]
        what = `${what}, E${edits}`
      }
    } else if (next.by === actors.length) {
      const [step = '', text = ''] = what.split(': ')
      const base = step.replace(/^\w+/, (word) => `${word}(${versions[next.token ?? 0]})`)
      const count = (deliveries.get(base) ?? 0) + 1
      deliveries.set(base, count)
      who = count === 1 ? base : `${base} #${count}`
      what = text
      actors = [...actors, { sleeper: 0, name: who }]
    } else who = actors[next.by]?.name ?? ''
    const last = told.at(-1)
    if (last !== undefined && who !== '' && last.who === who) last.what.push(what)
    else told.push({ who, what: [what] })

    const alive = next.sleepers.flatMap((sleeper, index) =>
      sleeper === 0 ? [] : [{ sleeper, name: actors[index]?.name ?? '' }],
    )
    const names = space.named(
      next.state,
      alive.map(({ sleeper }) => sleeper),
    )
    actors = alive
      .map(({ sleeper, name }) => ({ sleeper: space.renamedSleeper(sleeper, names.number), name }))
      .toSorted((a, b) => a.sleeper - b.sleeper)
    const renamed: string[] = []
    for (const [old, to] of names.renaming.entries()) if (to !== undefined) renamed[to] = versions[old] ?? '?'
    versions = renamed
    at = split(target)
  }
  return [
    ...told.map(({ who, what }) => (who === '' ? what.join(', ') : `${who}: ${what.join(', ')}`)),
    `In the end: ${inWords(space.state(at.state), versions)}`,
  ]
}

async function nextTo(space: Space, at: ReturnType<typeof split>, target: readonly number[]) {
  const key = split(target)
  for (const next of await successors(space, at.state, at.sleepers)) {
    const { state, sleepers } = split(tupleOf(space, next))
    if (state === key.state && sleepers.join() === key.sleepers.join()) return next
  }
  throw new Error('no action leads there')
}

function inWords(state: State, versions: readonly string[]): string {
  const label = (name: string): string => {
    const value = under(state, name)
    const says = value === undefined ? 'has no value' : words(state, value)
    return `${name} on ${versions[state.labels[name] ?? 0]} ${says}`
  }
  return Object.keys(state.labels)
    .filter((name) => name !== 'QUARTERTURN_REUSED')
    .map(label)
    .join(', ')
}

function words(state: State, value: Credential): string {
  if (!signsIn(state, value)) return 'does not sign in'
  return accepts(state, value) ? 'signs in' : 'signs in without its rights'
}
