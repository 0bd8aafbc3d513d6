import type { Strategy } from '../../provider/contract.ts'
import type { Skipped, Trial } from '../points.ts'
import { labelsOf } from '../report/story.ts'
import { pointName, type Point as WirePoint } from '../wire/index.ts'
import { CODES_OF_A_CUT, coverEach, disturbed, isOneOf, recovered } from '../wire-runs/wire-runs.ts'
import type { Kind } from '../world/kinds.ts'
import { moreThan, tooManyFailures } from '../world/promises.ts'
import {
  changeStep,
  finishOne,
  isKilledAfter,
  leaveUnfinished,
  loseChange,
  loseMint,
} from '../world/recording.ts'
import type { World } from '../world/world.ts'
import { type Recovery, turnOf } from './recovery.ts'

/** How the rotation comes about whose messages are cut. */
interface WireScene {
  readonly name: string
  /** Sign-ins that may be refused in one invocation of it, without a cut too. */
  readonly refusals: 0 | 1
  /** Answers the token of the rotation. */
  readonly begin: (world: World) => string | Promise<string>
}

interface Cut {
  readonly scene: WireScene
  readonly recovery: Recovery
}

const ROTATION: WireScene = {
  name: 'a rotation',
  refusals: 0,
  begin: (world) => world.secret.rotate(),
}
const AGAIN: WireScene = {
  name: 'the same rotation again, after the reply to its change was lost',
  refusals: 1,
  begin: loseChange,
}
const NEXT: WireScene = {
  name: 'the next rotation, after one was abandoned in its change',
  refusals: 1,
  begin: async (world) => {
    await leaveUnfinished(world)
    return world.secret.rotate()
  },
}

/** Where two credentials live, the second rotation finds one in its way, and changes the other account. */
const SECOND: WireScene = {
  name: 'the rotation after a finished one',
  refusals: 0,
  begin: async (world) => {
    await finishOne(world)
    return world.secret.rotate()
  },
}

/** What is cut, and how it recovers. Other ways out of the two rarer scenes lead through the same messages again. */
const CUTS: readonly Cut[] = [
  { scene: ROTATION, recovery: 'the same step again' },
  { scene: ROTATION, recovery: 'the whole sequence with the same token' },
  { scene: ROTATION, recovery: 'a new token after the old one was abandoned' },
  { scene: AGAIN, recovery: 'the whole sequence with the same token' },
  { scene: NEXT, recovery: 'a new token after the old one was abandoned' },
]

const STORED: WireScene = {
  name: 'the same rotation again, after its value was stored',
  refusals: 0,
  begin: async (world) => {
    const token = world.secret.rotate()
    await isKilledAfter(world, 'createSecret', token, 'PutSecretValue')
    return token
  },
}
const SWEEPING: WireScene = {
  name: 'the next rotation, after one whose credential nobody stored',
  refusals: 0,
  begin: async (world) => {
    await loseMint(world)
    return world.secret.rotate()
  },
}

/** What is changed by having it issued is told apart by whether it was stored. */
const MINT_CUTS: readonly Cut[] = CUTS.filter(({ scene }) => scene !== AGAIN)
/** Where nothing lives beside what is stored, a rotation that has its value asks for nothing more. */
const BESIDE_CUTS: readonly Cut[] = [
  ...MINT_CUTS,
  { scene: STORED, recovery: 'the whole sequence with the same token' },
  { scene: SWEEPING, recovery: 'the whole sequence with the same token' },
]

/** One user changed in place sends the same messages each time. */
export function cutsFor(strategy: Strategy, kind: Kind): readonly Cut[] {
  const cuts = { chosen: CUTS, beside: BESIDE_CUTS, replacing: MINT_CUTS }[kind]
  return strategy === 'single-user'
    ? cuts
    : [...cuts, { scene: SECOND, recovery: 'the whole sequence with the same token' }]
}

/** Cuts the connection before every message of a scene, in both directions, until every one was met. */
export async function everyCut(
  trial: Trial,
  strategy: Strategy,
  { scene, recovery }: Cut,
): Promise<Skipped | undefined> {
  const step = changeStep(strategy)
  const isOfChange = ({ scope }: WirePoint): boolean => scope.startsWith(step)
  return await coverEach(trial, {
    strategy,
    prefix: `cut/${strategy}/${scene.name}/${recovery}/`,
    how: 'cut',
    // The two rarer scenes have one recovery each, and differ from an undisturbed rotation in the step that changes something.
    ...(scene === ROTATION
      ? { turn: turnOf(recovery) }
      : trial.options.recoveries === 'in turn' && { wants: isOfChange }),
    runAt: (at) => ({
      expects:
        at === undefined
          ? `through the proxy, ${scene.name} ends well`
          : `cut before ${pointName(at)}, the promises hold at once and after ${recovery}`,
      async play(wired, before) {
        const { world } = wired
        const token = await scene.begin(world)
        before(labelsOf(world))
        const probed = world.record.probes.length
        const { step, error, broken } = await disturbed(wired, token)
        if (broken !== undefined) return broken
        const codes = wired.met === undefined ? [] : CODES_OF_A_CUT
        if (error !== undefined && !isOneOf(codes, error))
          return `documented errors: ${step} ended in ${error} instead of ${['success', ...codes].join(' or ')}`
        return (
          moreThan(world, scene.refusals, wired.refusals('disturbed')) ??
          tooManyFailures(world, probed, scene.refusals) ??
          (await recovered(wired, token, step, recovery))
        )
      },
    }),
  })
}
