import type { Action, Known } from './known.ts'

/** What is known no more after an action, so that it is looked for anew. */
const FORGETS: { readonly [A in Action]?: readonly (keyof Known)[] } = {
  revokeLeftover: ['leftover', 'leftoverLabels'],
  revokeExtra: ['extra'],
}

/** What is known after an action. */
export function afterAction(known: Known, action: Action, result: Partial<Known>): Known {
  const gone = FORGETS[action]
  if (gone === undefined) return { ...known, ...result }
  return Object.fromEntries(
    Object.entries(known).filter(([name]) => !gone.some((one) => one === name)),
  ) as unknown as Known
}
