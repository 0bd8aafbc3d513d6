import { STEPS } from '../../shared/engine/known.ts'
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
    'createSecret(T1) stalls before PutSecretValue',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'createSecret(T1) thaws and runs',
  ],
  'the lock is lost before the label is taken': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls before UpdateSecretVersionStage',
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
    'finishSecret(T1) stalls before UpdateSecretVersionStage',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    ...rotation('T3'),
    'finishSecret(T1) thaws and runs',
  ],
  'a finish comes while the next rotation uses its value again': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'finishSecret(T1) stalls before UpdateSecretVersionStage',
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
    'createSecret(T2) stalls before PutSecretValue',
    'AWSPENDING is stripped',
    ...rotation('T3'),
    ...rotation('T4'),
    'createSecret(T2) thaws and runs',
    'finishSecret(T2) runs',
  ],
  'an operator writes after a value taken over was overtaken twice': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) stalls before PutSecretValue',
    'AWSPENDING is stripped',
    ...rotation('T3'),
    ...rotation('T4'),
    'an operator writes AWSCURRENT',
    'createSecret(T2) thaws and runs',
    'setSecret(T2) runs',
    'finishSecret(T2) runs',
  ],
  'a value taken over is stored and set two rotations late': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) stalls before PutSecretValue',
    'AWSPENDING is stripped',
    ...rotation('T3'),
    ...rotation('T4'),
    'createSecret(T2) thaws and runs',
    'setSecret(T2) runs',
    'finishSecret(T2) runs',
  ],
  'the lock is lost before the change': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls before change',
    'the server closes the session with the lock',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    ...rotation('T3'),
    'setSecret(T1) thaws and runs',
  ],
  'a set thaws after a later rotation': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls before lock',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    'setSecret(T1) thaws and runs',
  ],
  'a change comes after a second delivery and a later rotation': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls before change',
    'setSecret(T1) runs',
    'finishSecret(T1) runs',
    ...rotation('T2'),
    'setSecret(T1) thaws and runs',
  ],
  'two rotations store different values before either is set': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls before UpdateSecretVersionStage',
    'AWSPENDING is stripped',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T1) thaws and runs',
    'setSecret(T2) runs',
  ],
  'a put comes after the next rotation': [
    'RotateSecret',
    'createSecret(T1) stalls before PutSecretValue',
    'AWSPENDING is stripped',
    ...rotation('T2'),
    'createSecret(T1) thaws and runs',
    'setSecret(T1) runs',
  ],
  'a finish comes when the label is taken and nothing is set': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) stalls before change',
    'finishSecret(T1) runs',
  ],
  'a second set runs while the first rotation finishes': [
    'RotateSecret',
    'createSecret(T1) runs',
    'setSecret(T1) runs',
    'setSecret(T1) stalls before change',
    'finishSecret(T1) runs',
    'setSecret(T1) thaws and runs',
  ],
  'a retirement comes between the change and the move': [
    ...rotation('T1'),
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'finishSecret(T2) stalls before UpdateSecretVersionStage',
    'the retirement after T1 runs',
    'finishSecret(T2) thaws and runs',
  ],
  'a retirement stalls before the lock until the next rotation is set': [
    ...rotation('T1'),
    'the retirement after T1 stalls before lock',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'finishSecret(T2) stalls before UpdateSecretVersionStage',
    'the retirement after T1 thaws and runs',
    'finishSecret(T2) thaws and runs',
  ],
  'a retirement stalls before the statement until the next rotation is set': [
    ...rotation('T1'),
    'the retirement after T1 stalls before retire',
    'RotateSecret',
    'createSecret(T2) runs',
    'setSecret(T2) runs',
    'finishSecret(T2) stalls before UpdateSecretVersionStage',
    'the retirement after T1 thaws and runs',
    'finishSecret(T2) thaws and runs',
  ],
} as const satisfies Record<string, readonly string[]>

export type StoryName = keyof typeof STORIES

export interface Played {
  /** What broke, if anything did. */
  readonly broken: string | undefined
  /**
   * What could not happen in this world, such as the thawing of an invocation that a rule has ended: the same story is
   * played with and without its rule.
   */
  readonly skipped: readonly string[]
}

/** Plays a story, then lets the world converge. */
export async function playStory(world: World, story: readonly string[]): Promise<Played> {
  const skipped: string[] = []
  for (const label of story) {
    const play = stalling(world, label) ?? happenings(world).find((one) => one.label === label)?.play
    if (play === undefined) {
      skipped.push(label)
      continue
    }
    await world.play(label, play)
    if (world.broken !== undefined) return { broken: world.broken, skipped }
  }
  return { broken: await convergence(world), skipped }
}

const STALLING =
  /^(?:(?<step>\w+)\(T(?<token>\d)\)|the retirement after T(?<retired>\d)) stalls before (?<action>\w+)$/

/** `setSecret(T1) stalls before change`: named by the action, so that a call more or less does not shift the place. */
function stalling(world: World, label: string): (() => Promise<void>) | undefined {
  const { step, token: number, retired, action } = STALLING.exec(label)?.groups ?? {}
  const named = STEPS.find((one) => one === step)
  const token = world.tokens[Number(number ?? retired) - 1]
  const retirement = world.retirements().find((one) => one.ClientRequestToken === token)
  if (token === undefined || action === undefined) return undefined
  if (named === undefined && retirement === undefined) return undefined
  return async () => {
    const one = await (named === undefined && retirement !== undefined
      ? world.startRetirement(retirement)
      : world.start(named ?? 'retireSecret', token))
    const isThere = (): boolean =>
      (action === 'change' ? CHANGE : new RegExp(`^${action}`)).test(one.nextAction ?? '')
    while (one.state === 'parked' && !isThere() && world.canGoOn(one)) await world.runOn(one, 1)
  }
}

/** The first statement of a change, by whatever kind of target. */
const CHANGE = /^(set|replace and retain|re-assert current, before|set pair) /
