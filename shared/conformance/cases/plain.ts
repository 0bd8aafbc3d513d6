import { STEPS, type Step } from '../../engine/known.ts'
import { STRATEGIES } from '../../engine/strategies.ts'
import type { Strategy } from '../../provider/contract.ts'
import { type Point, Skipped, type Trial } from '../points.ts'
import { changer, pause, withDirect } from '../world/direct.ts'
import type { Invocation } from '../world/invocation.ts'
import { kindOf } from '../world/kinds.ts'
import { anotherValue, isSettling, rightAndWrong } from '../world/minting.ts'
import { lockedOut, nextRotationFails, notFinished } from '../world/promises.ts'
import { COLD, type Scene, scenesOf, setScene, WARM } from '../world/recording.ts'
import type { World } from '../world/world.ts'

/** A rotation that nobody disturbs. */
export async function everyScene(trial: Trial, strategy: Strategy): Promise<undefined> {
  const gaps = new Map<string, number>()
  const onGap = ({ calls, ms }: Gap): void => {
    if (calls.length === 0) return
    const where = `AWSCURRENT is refused from after ${calls[0]} to ${calls.at(-1)}, for ${calls.length} calls`
    gaps.set(where, Math.max(ms, gaps.get(where) ?? 0))
  }
  const points = scenesOf(kindOf(strategy, trial.options.provider)).map((scene) =>
    undisturbed(strategy, scene.name, scene, onGap),
  )
  // What is new is told by when it was issued, and not by when Secrets Manager began.
  const late = undisturbed(strategy, 'begun long before its first step', WARM, onGap, (world) =>
    world.passInvocations(),
  )
  await trial.all(STRATEGIES[strategy].mints ? [...points, late] : points)
  trial.notes.push(...[...gaps].map(([where, ms]) => `${where}, which took up to ${Math.ceil(ms)} ms here`))
  return undefined
}

/** Where, and for how long, the credential of AWSCURRENT is refused. */
interface Gap {
  /** Those after which it was. */
  readonly calls: string[]
  /** What these took, and the one that ended it. */
  ms: number
}

const undisturbed = (
  strategy: Strategy,
  name: string,
  scene: Scene,
  onGap: (gap: Gap) => void,
  whenBegun: (world: World) => void = () => undefined,
): Point => ({
  id: `plain/${strategy}/${name}`,
  strategy,
  expects: 'every step ends well, and the new credential signs in',
  async play(world) {
    const { token, start } = await setScene(world, scene, 'createSecret')
    whenBegun(world)
    const gap: Gap = { calls: [], ms: 0 }
    for (const step of STEPS) {
      const invocation = await start(step)
      if (world.class === 'C') await watchGap(world, invocation, gap)
      else await world.runOn(invocation)
      if (invocation.error !== undefined) return `${step} ended in ${invocation.error}`
      const broken = await lockedOut(world)
      if (broken !== undefined) return `${broken}, after ${step}`
    }
    if (world.class === 'C') onGap(gap)
    return (await notFinished(world, token)) ?? (await nextRotationFails(world))
  },
})

async function watchGap(world: World, invocation: Invocation<Step>, gap: Gap): Promise<void> {
  let isOpen = gap.calls.length > 0
  while (invocation.state === 'parked') {
    const call = `${invocation.step} ${invocation.next?.label}`
    const before = performance.now()
    await world.advance(invocation)
    if (isOpen) gap.ms += performance.now() - before
    const value = world.secret.value(world.secret.holders().current ?? '') ?? {}
    isOpen = !(await world.signsIn(value))
    if (isOpen) gap.calls.push(call)
  }
}

/** Sign-ins that fail, as the provider's verdicts and, where there is one, the target's own count tell. */
export async function noFailedSignIns(trial: Trial, strategy: Strategy): Promise<Skipped | undefined> {
  if (await trial.look(strategy, isSettling))
    return new Skipped('a new credential is tried until it has settled, so some sign-ins fail')
  const counts: Point = {
    id: `sign-ins/${strategy}/counted`,
    strategy,
    expects: 'the target counts a sign-in that fails on purpose',
    play: countsNothing,
  }
  await trial.all([
    counts,
    ...[WARM, COLD].map(
      (scene): Point => ({
        id: `sign-ins/${strategy}/${scene.name}`,
        strategy,
        expects: 'no sign-in fails in a rotation that nobody disturbs',
        async play(world) {
          const { start } = await setScene(world, scene, 'createSecret')
          const before = await countOf(world)
          for (const step of STEPS) await world.runOn(await start(step))
          const rejected = world.record.probes.filter(({ verdict }) => verdict === 'rejected').length
          if (rejected > 0) return `failing sign-ins: the provider saw ${rejected} rejected on the happy path`
          const counted = (await countOf(world)) - before
          return counted > 0 ? `failing sign-ins: the target counted ${counted} on the happy path` : undefined
        },
      }),
    ),
  ])
  if (await trial.look(strategy, ({ target }) => target.failedSignIns === undefined))
    trial.notes.push('the target gives no `failedSignIns`: counted by the verdicts alone')
  return undefined
}

const countOf = async ({ target }: World): Promise<number> => (await target.failedSignIns?.()) ?? 0

/** How long a target may take to count, in milliseconds. */
const NOTICE_MS = 5_000

/** A count that never rises would find nothing: one sign-in fails on purpose. */
async function countsNothing(world: World): Promise<string | undefined> {
  if (world.target.failedSignIns === undefined) return undefined
  // An admin that looks what the server keeps needs no sign-in to refuse one.
  if (changer(world) === 'admin' && world.kit.provider.admin?.looks?.includes(world.strategy))
    return undefined
  const first = await rightAndWrong(world)
  const { right: current } = first
  // Of two accounts in turn the second next is again for the current one.
  const pending =
    world.strategy === 'alternating-users' ? await anotherValue(world, first.wrong) : first.wrong
  const before = await countOf(world)
  await withDirect(world, { current, pending }, (session) => session.probe({ who: 'pending', at: 'writer' }))
  const end = performance.now() + NOTICE_MS
  while ((await countOf(world)) === before) {
    if (performance.now() > end) return '`failedSignIns` does not count a sign-in that was refused'
    await pause(20)
  }
  return undefined
}
