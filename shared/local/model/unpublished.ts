import type { Random } from './random.ts'

/**
 * What AWS does not publish. Each is drawn anew for every rotation from the seed of the model, unless it is fixed
 * here; code that works for one draw only is then found by another seed.
 */
export interface Unpublished {
  /**
   * Whether AWSPENDING stays on the version that a rotation makes AWSCURRENT. AWS's guide says that it is dropped,
   * both were seen. Outside a rotation it always stays, as seen.
   */
  readonly pendingAfterMove?: 'kept' | 'dropped'
  /** Whether `RotationEnabled` is shown during the test rotation that comes with switching rotation on. */
  readonly enabledDuringFirstTest?: boolean
  /** How often a failed sequence is repeated from createSecret on. Drawn: 0 to 4. */
  readonly retries?: number
  /** Milliseconds by which the model's clock moves before each repeat. Drawn: up to 30 minutes. */
  readonly retrySpacingMs?: number
  /**
   * What a step's delivery is like: once; twice in turn; twice at once; or with a second delivery that runs on
   * while the next step has begun. Drawn for each step, once in most cases.
   */
  readonly deliveries?: Delivery
  /** Whether finishSecret is called again after the label has moved. */
  readonly callsAfterMove?: boolean
  /** Whether the four events of a rotation carry one RotationToken or one each. */
  readonly rotationToken?: 'per rotation' | 'per call'
  /** Whether a RotateSecret that is refused since a rotation is not complete runs that rotation's steps again. */
  readonly reattemptsWhenRefused?: boolean
  /** Milliseconds of the model's clock until a change is at a replica. Drawn: up to a second. */
  readonly replicationLagMs?: number
  /** Milliseconds by which a secret outlives its recovery window, or a forced deletion. Drawn: none, or up to a second. */
  readonly deletionLagMs?: number
  /** Whether `DeletedDate` is when the deletion was asked for or when the window ends. AWS's pages say both. */
  readonly deletedDate?: 'request' | 'window end'
  /** The order of a list that names none. */
  readonly listOrder?: 'asc' | 'desc'
  /** Whether `MaxResults` counts the secrets that match, or those that are looked at: then pages are short, or empty. */
  readonly pages?: 'full' | 'short'
  /** Milliseconds after its time at which a schedule fires. AWS promises the minute. Drawn: up to 59,999. */
  readonly scheduleDelayMs?: number
  /** How often a schedule fires. AWS promises at least once. Drawn for each, once in most cases. */
  readonly scheduleFires?: 'once' | 'twice'
  /** Whether a one-time schedule whose time had passed when it was made fires at once or never. AWS accepts it. */
  readonly pastSchedules?: 'fire' | 'never fire'
}

export type Delivery = 'once' | 'twice in turn' | 'twice at once' | 'overlapping'

/** Everything fixed to its quietest: each step once, no repeat, AWSPENDING dropped with the move. */
export const CALM: Required<Unpublished> = {
  pendingAfterMove: 'dropped',
  enabledDuringFirstTest: true,
  retries: 0,
  retrySpacingMs: 0,
  deliveries: 'once',
  callsAfterMove: false,
  rotationToken: 'per rotation',
  reattemptsWhenRefused: false,
  replicationLagMs: 0,
  deletionLagMs: 0,
  deletedDate: 'request',
  listOrder: 'asc',
  pages: 'full',
  scheduleDelayMs: 0,
  scheduleFires: 'once',
  pastSchedules: 'fire',
}

const UNUSUAL: readonly Delivery[] = ['twice in turn', 'twice at once', 'overlapping']
const HALF_HOUR_MS = 1_800_000
/** Short enough that a test can wait for it. */
const LONGEST_LAG_MS = 1_000

/** One answer to each open question. */
export interface Draw {
  pendingIsDropped(): boolean
  enabledIsHidden(): boolean
  retries(): number
  retrySpacingMs(): number
  delivery(): Delivery
  callsAfterMove(): boolean
  tokenIsPerCall(): boolean
  reattempts(): boolean
  replicationLagMs(): number
  deletionLagMs(): number
  deletedDateIsRequest(): boolean
  listIsDescending(): boolean
  pagesAreShort(): boolean
  scheduleDelayMs(): number
  scheduleFiresTwice(): boolean
  pastScheduleFires(): boolean
}

export function drawFrom(random: Random, fixed: Unpublished): Draw {
  const pick = (from: readonly Delivery[]): Delivery => from[random.below(from.length)] ?? 'once'
  return {
    pendingIsDropped: () =>
      fixed.pendingAfterMove === undefined ? random.chance(0.5) : fixed.pendingAfterMove === 'dropped',
    enabledIsHidden: () => !(fixed.enabledDuringFirstTest ?? random.chance(0.5)),
    retries: () => fixed.retries ?? random.below(5),
    retrySpacingMs: () => fixed.retrySpacingMs ?? random.below(HALF_HOUR_MS),
    delivery: () => fixed.deliveries ?? (random.chance(0.8) ? 'once' : pick(UNUSUAL)),
    callsAfterMove: () => fixed.callsAfterMove ?? random.chance(0.3),
    tokenIsPerCall: () =>
      fixed.rotationToken === undefined ? random.chance(0.5) : fixed.rotationToken === 'per call',
    reattempts: () => fixed.reattemptsWhenRefused ?? random.chance(0.3),
    replicationLagMs: () => fixed.replicationLagMs ?? random.below(LONGEST_LAG_MS),
    deletionLagMs: () => fixed.deletionLagMs ?? (random.chance(0.5) ? 0 : random.below(LONGEST_LAG_MS)),
    deletedDateIsRequest: () =>
      fixed.deletedDate === undefined ? random.chance(0.5) : fixed.deletedDate === 'request',
    listIsDescending: () => (fixed.listOrder === undefined ? random.chance(0.5) : fixed.listOrder === 'desc'),
    pagesAreShort: () => (fixed.pages === undefined ? random.chance(0.5) : fixed.pages === 'short'),
    scheduleDelayMs: () => fixed.scheduleDelayMs ?? random.below(60_000),
    scheduleFiresTwice: () =>
      fixed.scheduleFires === undefined ? random.chance(0.2) : fixed.scheduleFires === 'twice',
    pastScheduleFires: () =>
      fixed.pastSchedules === undefined ? random.chance(0.5) : fixed.pastSchedules === 'fire',
  }
}
