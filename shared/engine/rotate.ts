import { isQuarterturnError, QuarterturnError } from '../errors/index.ts'
import type { Provider, Strategy } from '../provider/contract.ts'
import { type Cleaner, createCleaner } from '../redact.ts'
import { Breaker, PAUSED_STEP_MS } from './breaker.ts'
import { StepContext, type StepInput } from './context.ts'
import { Deadline } from './deadline.ts'
import { type Decide, type Decision, decide as shippedDecide } from './decide.ts'
import {
  accountOf,
  parseEvent,
  placeOf,
  type RotationEvent,
  requireRotationToken,
  requireServed,
  type Served,
} from './event.ts'
import { leavesRecord, recordOf } from './evidence.ts'
import { place } from './failure.ts'
import { holding } from './hold.ts'
import type { HostSettings } from './hosts.ts'
import { isJsonObject } from './json.ts'
import type { Known } from './known.ts'
import { moveName } from './moves.ts'
import { planOf } from './plan.ts'
import type { RetirementSettings } from './policy.ts'
import type { EngineDeps, StepReport } from './ports.ts'
import type { Registration } from './registration.ts'
import { runStep } from './step.ts'
import { classOf } from './strategies.ts'

/** What the deployment decides; from the environment by `shared/config.ts`. */
export interface EngineSettings {
  /** The strategy for secrets without a `quarterturn:strategy` tag. Default: the provider's first. */
  readonly strategy?: Strategy
  /** Milliseconds of the invocation kept back to close connections and report. Default 2,000. */
  readonly reserveMs?: number
  /** Accounts and Regions besides the function's own whose secrets it rotates. None by default. */
  readonly served?: Served
  /** Which hosts secrets may name. Default: any. */
  readonly hosts?: HostSettings
  /** The accounts in which no new rotation and no retirement is begun. Default: none. */
  readonly stopped?: 'all' | readonly string[]
  /** Pauses in milliseconds between attempts to read a pending value that is not visible yet. Default 100, 300, 900. */
  readonly pendingReadDelaysMs?: readonly number[]
  /** Milliseconds until a pending credential is tried again where consumers sign in, such as a replica. Default 2,000. */
  readonly consumerDelayMs?: number
  /**
   * Pauses in milliseconds between looks at a change that the target carries out by itself; the last one repeats while the step
   * has time to spare. Default 2,000, 3,000, 5,000, 10,000; empty: it is left to the next attempt.
   */
  readonly changeDelaysMs?: readonly number[]
  /** Strategies of class C are allowed also where nothing recovers what was issued and lost. Default false. */
  readonly allowClassC?: boolean
  /** Overlap and retirement. Default: nothing is retired before the next rotation, and a cut overlap is reported. */
  readonly retirement?: RetirementSettings
}

export interface RotationRequest {
  /** The invocation event, as received: hostile until parsed. */
  readonly event: unknown
  /** The ARN that this function was invoked by; may carry a version or alias. */
  readonly functionArn: string
  /** Milliseconds until Lambda ends the invocation. */
  readonly timeLeftMs: () => number
}

/** Finds the provider of a secret; rejects with `PROVIDER_UNKNOWN`. Called once per invocation. */
export type ProviderResolver = (secret: {
  readonly engine: string | undefined
  readonly type: string | undefined
  readonly tag: string | undefined
}) => Promise<Provider>

/**
 * Runs one step of a rotation. Rejects with a `QuarterturnError`, cleaned of every value that was read.
 * The answer is for callers that report; Secrets Manager ignores it.
 */
export type Rotate = (request: RotationRequest) => Promise<StepReport>

export interface RotateOptions {
  readonly resolveProvider: ProviderResolver
  readonly deps: EngineDeps
  readonly settings: EngineSettings
  /** Replaces the table that decides. For tests that take a rule out. */
  readonly decide?: Decide
}

/** Registrations that a warm container remembers, by (secret, token): configuration only, never labels or values. */
const REMEMBERED = 200

export function createRotate({
  resolveProvider,
  deps,
  settings,
  decide = shippedDecide,
}: RotateOptions): Rotate {
  const remembered = new Map<string, Registration>()
  const breaker = new Breaker(() => deps.clock.now())
  const servesOthers = (settings.served?.accounts ?? []).length > 0

  return async ({ event: rawEvent, functionArn, timeLeftMs }) => {
    const startedAt = deps.clock.now()
    const cleaner = createCleaner()
    knowToken(rawEvent, cleaner)
    let event: RotationEvent
    try {
      event = parseEvent(rawEvent)
      requireServed(event.SecretId, functionArn, settings.served)
      requireRotationToken(event, functionArn)
    } catch (error) {
      throw cleaner.cleanError(error)
    }

    const memory = `${event.SecretId}|${event.ClientRequestToken}`
    const account = accountOf(event.SecretId)
    // Where one account alone is served there is nobody to protect from it.
    const isPaused = servesOthers && breaker.isPaused(account)
    const budgetMs = timeLeftMs() - (settings.reserveMs ?? 2_000)
    const deadline = new Deadline(isPaused ? Math.min(budgetMs, PAUSED_STEP_MS) : budgetMs)
    const deciding = isStopped(settings, account)
      ? holding(decide, 'ROTATIONS_STOPPED')
      : isPaused
        ? holding(decide, 'ACCOUNT_PAUSED')
        : decide
    const context = new StepContext({
      event,
      functionArn,
      registration: remembered.get(memory),
      ...portsFor(deps, event, functionArn),
      scheduler: deps.scheduler,
      entropy: deps.entropy,
      clock: deps.clock,
      resolveProvider,
      settings,
      deadline,
      cleaner,
      repairing: (record) => deps.observe.repairing?.(record) ?? Promise.resolve(),
    })
    const decided = ({ rule, move }: Decision): void =>
      deps.observe.decided({ step: event.Step, rule, move: moveName(move) })
    const report = (outcome: StepReport['outcome'], error?: QuarterturnError): StepReport => ({
      secretArn: event.SecretId,
      versionId: event.ClientRequestToken,
      provider: context.provider?.name ?? 'unknown',
      step: event.Step,
      outcome,
      ...(context.strategy && {
        strategy: context.strategy,
        class: classOf(context.strategy, context.provider?.capabilities),
      }),
      ...(outcome === 'preflight' ? { plan: planOf(context) } : {}),
      ...(event.Step === 'setSecret' && context.repaired.length > 0
        ? { repaired: context.repaired.map(cleaner.clean) }
        : {}),
      ...(context.overlapCut ? { overlapCut: true } : {}),
      ...(isPaused ? { accountPaused: true } : {}),
      durationMs: deps.clock.now() - startedAt,
      ...(error && { errorCode: error.code, retryable: error.retryable }),
      awsCalls: context.awsCalls,
      notes: [...context.orphans, ...context.notes].map(cleaner.clean),
    })

    try {
      const known: Known = { step: event.Step, isWarm: context.registration !== undefined }
      const ended = await runStep(context, known, deciding, decided)
      await context.close()
      remember(remembered, memory, context.remembered())
      // A repeat that read nothing has nothing to add to the record.
      if (leavesRecord(context, ended))
        await deps.observe.evidence(await recordOf(context, ended, deps.clock.now()))
      const done = report(ended.outcome)
      breaker.ended(account, { failed: false, tookMs: done.durationMs })
      await deps.observe.stepEnded(done)
      return done
    } catch (thrown) {
      await context.close()
      // Whatever fails once the time is up fails because of that.
      const error = deadline.signal.aborted && !isQuarterturnError(thrown) ? deadline.error() : thrown
      const placed = place(asOurs(cleaner.cleanError(error)), {
        step: event.Step,
        secret: event.SecretId,
        token: event.ClientRequestToken,
      })
      const failed = report('failed', placed)
      breaker.ended(account, { failed: true, tookMs: failed.durationMs })
      await deps.observe.stepEnded(failed)
      throw placed
    } finally {
      deadline.clear()
    }
  }
}

const isStopped = ({ stopped = [] }: EngineSettings, account: string): boolean =>
  stopped === 'all' || stopped.includes(account)

/** The services of the account and Region that the secret lives in. */
function portsFor(
  deps: EngineDeps,
  { SecretId, ClientRequestToken }: RotationEvent,
  functionArn: string,
): Pick<StepInput, 'secretsManager' | 'rds' | 'credentials'> {
  if (placeOf(SecretId) === placeOf(functionArn) || deps.reach === undefined)
    return { secretsManager: deps.secretsManager, rds: deps.rds, credentials: deps.credentials }
  return deps.reach({ secretArn: SecretId, token: ClientRequestToken, functionArn })
}

/** The token is secret whether or not the rest of the event is well formed. */
function knowToken(event: unknown, cleaner: Cleaner): void {
  const token: unknown = isJsonObject(event) ? event['RotationToken'] : undefined
  if (typeof token === 'string' && token !== '') cleaner.know(token)
}

function remember(
  remembered: Map<string, Registration>,
  key: string,
  registration: Registration | undefined,
): void {
  if (registration === undefined) return
  remembered.set(key, registration)
  const oldest = remembered.keys().next().value
  if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest)
}

/** Anything that is not one of our errors by now is a defect of the engine or of a provider's pure function. */
const asOurs = (error: Error): QuarterturnError =>
  isQuarterturnError(error)
    ? error
    : new QuarterturnError('PROVIDER_FAILED', {
        problem: `unexpected failure: ${error.message}`,
        cause: error,
      })
