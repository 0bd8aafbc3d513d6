import middy from '@middy/core'
import { withAbort } from '../aws/abort.ts'
import {
  createEventSender,
  createLazyRds,
  createLazyScheduler,
  createSdkReach,
  createSecretsManager,
  credentialsOf,
} from '../aws/clients.ts'
import { systemClock } from '../aws/clock.ts'
import { type Config, readConfig } from '../config.ts'
import type { EngineDeps, Observer, StepReport } from '../engine/ports.ts'
import { createRotate, type ProviderResolver, type Rotate } from '../engine/rotate.ts'
import { QuarterturnError } from '../errors/index.ts'
import { createLog, type LambdaContext, type LambdaLog } from '../observability/log.ts'
import { createMetrics } from '../observability/metrics.ts'
import { createObservability, type Observability } from '../observability/observer.ts'
import { openTrace } from '../observability/tracing.ts'
import { createEntropy } from '../password.ts'
import type { Provider } from '../provider/contract.ts'
import { createCleaner } from '../redact.ts'
import { chooseProvider, offeredBy, type ProviderEntry } from './choose-provider.ts'
import { forLambda } from './outgoing-error.ts'

export interface RotationHandlerOptions {
  /** What the function is built with. With one entry, a secret that names no engine is that provider's. */
  readonly providers: readonly ProviderEntry[]
  /** Default: the process's. Read once, when the handler is made. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Replaces what the engine takes from outside. For tests. */
  readonly deps?: (config: Config, observe: Observer) => EngineDeps
}

export type RotationHandler = (event: unknown, context: LambdaContext) => Promise<StepReport>

/** Lambda's longest invocation, 15 minutes, in milliseconds. */
const LONGEST_MS = 900_000

/**
 * A Lambda handler that runs one step of a rotation. Making it never throws: what is wrong with the configuration
 * fails each invocation with `CONFIG_INVALID`, where Secrets Manager and the log show it, rather than the start of
 * the container, where neither does. Errors leave it as {@link forLambda} makes them.
 */
export function createRotationHandler(options: RotationHandlerOptions): RotationHandler {
  const started = attempt(() => start(options))
  const handler = middy({
    // The engine has a deadline of its own, which closes connections before the answer; middy's would race with it.
    timeoutEarlyInMillis: 0,
  })
    .before(({ context }) => {
      started.value?.log.addContext(context)
    })
    .handler(async (event: unknown, context: LambdaContext): Promise<StepReport> => {
      if (started.value === undefined) throw started.error
      return await runInvocation(started.value, event, context)
    })
  return async (event, context) => {
    try {
      return await handler(event, context)
    } catch (error) {
      // Not in `onError`: middy hangs the original error on whatever is thrown there.
      throw forLambda(error)
    }
  }
}

interface Started {
  readonly log: LambdaLog
  readonly observability: Observability
  readonly reserveMs: number
  /** Rejects when the configuration is wrong. */
  readonly rotate: Rotate
}

/** Throws only when there is not even a logger to tell what is wrong. */
function start({ providers, env = process.env, deps = createDeps }: RotationHandlerOptions): Started {
  const log = createLog()
  const configured = attempt(() => {
    const config = readConfig(env)
    const sendEvent = config.eventBus === undefined ? undefined : createEventSender(config.eventBus)
    const metrics = createMetrics({ byAccount: config.reach.accounts.length > 0 })
    const observability = createObservability({ log, metrics, sendEvent })
    const rotate = createRotate({
      resolveProvider: createResolver(config, offeredBy(config, providers)),
      deps: deps(config, observability.observer),
      settings: {
        reserveMs: config.reserveMs,
        retirement: config.retirement,
        allowClassC: config.allowClassC,
        served: config.reach,
        ...(config.reach.hosts === undefined ? {} : { hosts: config.reach.hosts }),
        stopped: config.stopped,
        ...(config.strategy === undefined ? {} : { strategy: config.strategy }),
      },
    })
    return { log, observability, reserveMs: config.reserveMs, rotate }
  })
  if (configured.value !== undefined) return configured.value
  const { error } = configured
  return {
    log,
    observability: createObservability({ log, metrics: createMetrics(), sendEvent: undefined }),
    reserveMs: 0,
    rotate: () => Promise.reject(error),
  }
}

/** Everything the engine takes from outside, built once per container. */
export const createDeps = (config: Config, observe: Observer): EngineDeps => ({
  secretsManager: createSecretsManager(),
  rds: createLazyRds(),
  credentials: () => credentialsOf(),
  reach: createSdkReach(config.reach.role, systemClock.now),
  scheduler: createLazyScheduler(),
  entropy: createEntropy(config.password),
  clock: systemClock,
  observe,
})

/** Each provider is loaded and made once per container, with the first secret that asks for it. */
function createResolver(config: Config, offered: readonly ProviderEntry[]): ProviderResolver {
  const loaded = new Map<string, Provider>()
  return async (hints) => {
    const entry = chooseProvider(offered, hints)
    const provider = loaded.get(entry.name) ?? (await entry.load(config))
    loaded.set(entry.name, provider)
    return provider
  }
}

async function runInvocation(
  { observability, reserveMs, rotate }: Started,
  event: unknown,
  context: LambdaContext,
): Promise<StepReport> {
  const timeLeftMs = (): number => context.getRemainingTimeInMillis()
  const signal = AbortSignal.timeout(Math.min(Math.max(0, timeLeftMs() - reserveMs), LONGEST_MS))
  const trace = await openTrace('Rotation step')
  try {
    const report = await observability.invocation(() =>
      withAbort(signal, () => rotate({ event, functionArn: context.invokedFunctionArn, timeLeftMs })),
    )
    const { step, provider, outcome } = report
    trace.end({ step, provider, outcome }, false)
    return report
  } catch (error) {
    trace.end({ outcome: 'failed', errorCode: codeOf(error) }, true)
    throw error
  }
}

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : 'unknown'
}

type Attempt<T> = { readonly value: T } | { readonly value: undefined; readonly error: Error }

/** The error is one of ours: what Powertools or the SDK cannot read is a variable of the environment. */
function attempt<T extends object>(make: () => T): Attempt<T> {
  try {
    return { value: make() }
  } catch (thrown) {
    const error = createCleaner().cleanError(thrown)
    return {
      value: undefined,
      error:
        error instanceof QuarterturnError
          ? error
          : new QuarterturnError('CONFIG_INVALID', { problem: error.message, cause: error }),
    }
  }
}
