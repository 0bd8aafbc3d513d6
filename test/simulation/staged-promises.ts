import type { Known } from '../../shared/engine/known.ts'

/** What holds on every path of a step where the target issues the credentials, as to staging; `moves` by their names. */
export function stagedPromises(
  known: Known,
  moves: readonly string[],
): readonly (readonly [promise: string, holds: boolean])[] {
  const has = (move: string): boolean => moves.includes(move)
  const index = (move: string): number => moves.indexOf(move)
  return [
    ...['promote', 'promoteCurrent'].map(
      (action) =>
        [
          `${action} comes directly after the labels were read again`,
          !has(action) || moves[index(action) - 1] === 'promoteLabels?',
        ] as const,
    ),
    [
      'the slot is freed directly after the labels were read again, and before anything is issued',
      !has('freeSlot') ||
        (moves[index('freeSlot') - 1] === 'slotLabels?' &&
          (!has('mint') || index('freeSlot') < index('mint'))),
    ],
    [
      'what another operator has staged is never ended, used or replaced',
      known.places?.slot !== 'taken' || known.placesAgain !== undefined || !(has('freeSlot') || has('mint')),
    ],
    [
      'AWSCURRENT moves only to the primary one',
      known.traits?.mints?.stages !== true ||
        !has('moveCurrent') ||
        known.places?.primary === 'own' ||
        known.promotion === 'seen',
    ],
  ]
}
