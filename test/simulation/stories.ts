import { happenings } from './happenings.ts'
import { convergence } from './promises.ts'
import type { World } from './world.ts'

/** A whole rotation of this token, undisturbed. */
const rotation = (token: string): string[] => [
  'RotateSecret',
  `createSecret(${token}) runs`,
  `setSecret(${token}) runs`,
  `finishSecret(${token}) runs`,
]

/**
 * The stories behind the rules: each locked somebody out, left an orphan or rotated nothing before its rule was found.
 * They are what the exploration of the design showed, in the words of `happenings.ts`.
 */
export const STORIES = {
  'a put comes late': [
    'RotateSecret',
    'createSecret(T1) stalls after 2',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'createSecret(T1) thaws and runs',
  ],
  'the lock is lost before the label is taken': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls after 5',
    'the server closes the session with the lock',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'setSecret(T1) thaws and runs',
    'AWSPENDING is stripped',
  ],
  'the move comes after a later rotation': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'finishSecret(T1) stalls after 4',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    ...rotation('T3'),
    'finishSecret(T1) thaws and runs',
  ],
  'a finish comes while the next rotation uses its value again': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'finishSecret(T1) stalls after 3',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'finishSecret(T1) thaws and runs',
    'finishSecret(T2) runs',
  ],
  'an operator changes the password twice': [
    ...rotation('T1'),
    'an operator writes AWSCURRENT',
    'an operator writes AWSCURRENT',
    ...rotation('T2'),
  ],
  'a value taken over is stored two rotations late and never set': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) stalls after 3',
    'AWSPENDING is stripped',
    ...rotation('T3'),
    ...rotation('T4'),
    'createSecret(T2) thaws and runs',
    'finishSecret(T2) runs',
  ],
  'the lock is lost before the change': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls after 6',
    'the server closes the session with the lock',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    ...rotation('T3'),
    'setSecret(T1) thaws and runs',
  ],
  'a set thaws after a later rotation': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls after 3',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    'setSecret(T1) thaws and runs',
  ],
  'a change comes after a second delivery and a later rotation': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls after 5',
    'setSecret(T1) runs',
    'finishSecret(T1) runs',
    ...rotation('T2'),
    'setSecret(T1) thaws and runs',
  ],
  'two rotations store different values before either is set': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls after 5',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T1) thaws and runs',
    'setSecret(T2) runs',
  ],
  'a put comes after the next rotation': [
    'RotateSecret',
    'createSecret(T1) stalls after 2',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    'createSecret(T1) thaws and runs',
    'setSecret(T1) runs',
  ],
  'a finish comes when the label is taken and nothing is set': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls after 6',
    'finishSecret(T1) runs',
  ],
  'a second set runs while the first rotation finishes': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'setSecret(T1) stalls after 5',
    'finishSecret(T1) runs',
    'setSecret(T1) thaws and runs',
  ],
} as const satisfies Record<string, readonly string[]>

export type StoryName = keyof typeof STORIES

/**
 * Plays a story, then lets the world converge. Answers what broke, if anything did. What cannot happen in this world,
 * such as a step whose invocation has ended, is passed over: the same story is played with and without its rule.
 */
export async function playStory(world: World, story: readonly string[]): Promise<string | undefined> {
  for (const label of story) {
    const happening = happenings(world).find((one) => one.label === label)
    if (happening === undefined) continue
    await world.play(label, happening.play)
    if (world.broken !== undefined) return world.broken
  }
  return await convergence(world)
}
