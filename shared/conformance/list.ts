import { classOf } from '../engine/strategies.ts'
import type { Provider, Strategy } from '../provider/contract.ts'
import { adminStaysHome, everyAdminRotation, everySharedAdmin, rightsDrift } from './cases/admin.ts'
import { badDaysOf, everyBadMoment, everyFailover } from './cases/bad-day.ts'
import { tryClaim } from './cases/claim.ts'
import { CLOSE_CLAIMS } from './cases/close-claims.ts'
import { CONNECT_CLAIMS } from './cases/connect-claims.ts'
import { everyCrash } from './cases/crash.ts'
import { everyHeldReply } from './cases/held.ts'
import { everyKill } from './cases/kill.ts'
import { everySharing, everyThaw, MEANWHILE, type Meanwhile } from './cases/late.ts'
import { everyLeftover } from './cases/leftovers.ts'
import { LIST_CLAIMS } from './cases/list-claims.ts'
import { LOCK_CLAIMS } from './cases/lock-claims.ts'
import { MINT_CLAIMS } from './cases/mint-claims.ts'
import { everyInterleaving, everyOrder } from './cases/order.ts'
import { everyScene, noFailedSignIns } from './cases/plain.ts'
import { quiet, quietFromTheStart, quietProvider, quietTarget } from './cases/quiet.ts'
import { RECOVERIES } from './cases/recovery.ts'
import { everyRetirementCrash, everyRetirementCut, everyRetirementMoment } from './cases/retirement.ts'
import { SESSION_CLAIMS } from './cases/session-claims.ts'
import { everyStrangeAnswer, STRANGE_ANSWERS } from './cases/strange-answers.ts'
import { VALUE_CLAIMS } from './cases/value-claims.ts'
import { cutsFor, everyCut } from './cases/wire.ts'
import { Skipped, type Trial } from './points.ts'
import { isAbout, kindOf } from './world/kinds.ts'

/** A case before it is run: what it tries, or why it cannot. */
export interface Draft {
  readonly name: string
  readonly body: (trial: Trial) => Promise<Skipped | undefined>
}

/** Every case for a provider, for each strategy that it offers. */
export const draftsFor = (provider: Provider): readonly Draft[] =>
  provider.capabilities.strategies.flatMap((strategy) => {
    const drafts = draftsForStrategy(provider, strategy)
    return provider.capabilities.probe === 'none' ? drafts.map(withoutSignIn) : drafts
  })

/** The rest is proven by what the provider says of a sign-in. */
const withoutSignIn = (draft: Draft): Draft =>
  VALUE_CLAIMS.some(({ name }) => draft.name.endsWith(`: ${name}`))
    ? draft
    : {
        ...draft,
        body: async () => new Skipped('`capabilities.probe` says that nobody can sign in from here'),
      }

const CLAIMS = [
  ...VALUE_CLAIMS,
  ...SESSION_CLAIMS,
  ...CONNECT_CLAIMS,
  ...MINT_CLAIMS,
  ...LIST_CLAIMS,
  ...LOCK_CLAIMS,
  ...CLOSE_CLAIMS,
]

function draftsForStrategy(provider: Provider, strategy: Strategy): readonly Draft[] {
  const draft = (
    name: string,
    body: (trial: Trial, strategy: Strategy) => Promise<Skipped | undefined>,
  ): Draft => ({ name: `${strategy}: ${name}`, body: (trial) => body(trial, strategy) })
  const kind = kindOf(strategy, provider)
  const meanwhiles = Object.keys(MEANWHILE) as Meanwhile[]
  return [
    draft(
      `a rotation that nobody disturbs keeps its class (${classOf(strategy, provider.capabilities)})`,
      everyScene,
    ),
    ...CLAIMS.filter((claim) => isAbout(kind, claim)).map((claim) =>
      draft(claim.name, (trial) => tryClaim(trial, strategy, claim)),
    ),
    draft('no sign-in fails on the happy path', noFailedSignIns),
    ...RECOVERIES.map((recovery) =>
      draft(`killed before and after every call, it recovers by ${recovery}`, (trial) =>
        everyCrash(trial, strategy, recovery),
      ),
    ),
    ...cutsFor(strategy, kind).map((cut) =>
      draft(`cut before every message of ${cut.scene.name}, it recovers by ${cut.recovery}`, (trial) =>
        everyCut(trial, strategy, cut),
      ),
    ),
    ...RECOVERIES.map((recovery) =>
      draft(`a reply held back past the deadline ends the step, and it recovers by ${recovery}`, (trial) =>
        everyHeldReply(trial, strategy, recovery),
      ),
    ),
    draft('the built function, ended by SIGKILL in a process of its own, recovers', everyKill),
    draft('every step at every stage, too early, again or too late, breaks nothing', everyOrder),
    draft('the same step twice at once, their calls in turn, breaks nothing', everyInterleaving),
    ...meanwhiles.map((meanwhile) =>
      draft(`frozen before every call while ${meanwhile}, then thawed, it breaks nothing`, (trial) =>
        everyThaw(trial, strategy, meanwhile),
      ),
    ),
    draft('two secrets that share an account never lose it', everySharing),
    ...(kind === 'beside'
      ? [
          draft(
            'what an interrupted rotation left is ended by the next, when nobody has it in hand',
            everyLeftover,
          ),
        ]
      : []),
    ...badDaysOf(kind).map((day) =>
      draft(`when ${day.what} it says so, loses nothing and heals`, (trial) =>
        everyBadMoment(trial, strategy, day),
      ),
    ),
    ...STRANGE_ANSWERS.map((strange) =>
      draft(strange.what, (trial) => everyStrangeAnswer(trial, strategy, strange)),
    ),
    ...(kind !== 'chosen'
      ? []
      : [
          draft(
            'when the target falls back to its state before the change it notices or heals',
            everyFailover,
          ),
        ]),
    draft("the admin's credential goes to no other server than its own", adminStaysHome),
    draft('while the admin rotates before any call, a rotation waits or ends well', everyAdminRotation),
    draft('two secrets that share an admin are not in the way of each other', everySharedAdmin),
    ...(kind !== 'chosen'
      ? []
      : [draft('rights changed by hand between rotations are equal after the next', rightsDrift)]),
    draft('a retirement at any moment of the next rotation locks nobody out', everyRetirementMoment),
    draft('a retirement killed before and after every call is made by the next try', everyRetirementCrash),
    draft('a retirement cut before every message is made by the next try', everyRetirementCut),
    draft('nothing that is printed, reported or raised holds a credential, with debug switches on', quiet),
    draft('nothing is printed by a process that has every debug switch on', quietFromTheStart),
    draft('nothing that the provider itself answers or raises holds a credential', quietProvider),
    draft('the log of the target holds no credential', quietTarget),
  ]
}
