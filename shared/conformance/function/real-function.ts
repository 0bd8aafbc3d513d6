import { STEPS, type Step } from '../../engine/known.ts'
import { serveLocal } from '../../local/index.ts'
import { ROTATION_TOKEN } from '../world/container.ts'
import { FUNCTION_ARN } from '../world/secrets.ts'
import type { World } from '../world/world.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { type Kill, killId } from './kills.ts'
import { type LambdaFunction, startFunction } from './lambda.ts'

/** A Lambda function as it is deployed. */
export interface BuiltFunction {
  /** The module that exports `handler`, as an absolute path. */
  readonly file: string
  /**
   * What the function needs to reach the target, such as the authority of its certificate. Region, credentials, the
   * endpoint of Secrets Manager and the strategy are the kit's; nothing else of this process is passed on. Default: nothing.
   */
  readonly environment?: Readonly<Record<string, string>>
}

/** How an invocation ended: well, with the code of an error, or with its process. */
export type Ending = { readonly error: string | undefined } | 'killed'

/** A process whose clock is so far from the kit's is followed by another one, in milliseconds. */
const DRIFT_MS = 300_000

/** What Lambda gives an invocation, in milliseconds. */
const TIMEOUT_MS = 30_000

/**
 * The built function in a process of its own, which lives until it is killed, and the secret of one world behind HTTP. A
 * process that is killed is followed by a new one.
 */
export class RealFunction {
  readonly #world: World
  readonly #built: BuiltFunction
  readonly #close: (() => Promise<void>)[] = []
  #gateway: Gateway | undefined
  #child: LambdaFunction | undefined
  /** How far the clock of its process is ahead of the machine's. */
  #ahead = 0
  #label = ''
  #kill: Kill | undefined
  #killing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Calls of the step under way, or of the last one. */
  calls: string[] = []
  /** Whether the last kill met a step under way. */
  metStep = false

  private constructor(world: World, built: BuiltFunction) {
    this.#world = world
    this.#built = built
  }

  static async open(world: World, built: BuiltFunction): Promise<RealFunction> {
    const real = new RealFunction(world, built)
    const server = await serveLocal(world.secret.model)
    real.#close.push(() => server.close())
    real.#gateway = await startGateway(server.url, {
      came: (call) => real.#came(call),
      carriedOut: () => real.#carriedOut(),
      answered: () => real.#answered(),
    })
    return real
  }

  /** One step, killed where the kill says, or right after it where it did not come to that. */
  async deliver(step: Step, token: string, kill?: Kill): Promise<Ending> {
    if (this.#child !== undefined && this.#isBehind()) {
      await this.#child.kill()
      this.#child = undefined
    }
    this.#child ??= await this.#start()
    this.calls = []
    this.#label = `${step}(${this.#world.secret.name(token)})`
    this.#kill = kill
    this.#killing = undefined
    const event = {
      Step: step,
      SecretId: this.#world.secret.arn,
      ClientRequestToken: token,
      RotationToken: ROTATION_TOKEN,
    }
    const thrown = await this.#child
      .invoke(event, () => {})
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    clearTimeout(this.#timer)
    this.metStep = this.#killing !== undefined
    if (kill !== undefined) {
      this.#note(this.metStep ? `SIGKILL at ${killId(kill)}` : 'SIGKILL after it had ended')
      await (this.#killing ?? this.#end())
      this.#child = undefined
      return 'killed'
    }
    const error = thrown === undefined ? undefined : codeOf(thrown)
    this.#world.record.tell(thrown)
    this.#note(`-> ${error ?? 'ok'}`)
    return { error }
  }

  /** Steps in a row until one fails. Answers that one's code. */
  async deliverAll(token: string, steps: readonly Step[] = STEPS): Promise<string | undefined> {
    for (const step of steps) {
      const ending = await this.deliver(step, token)
      if (ending !== 'killed' && ending.error !== undefined) return ending.error
    }
    return undefined
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#child?.kill()
    await this.#gateway?.close()
    for (const close of this.#close) await close()
  }

  async #start(): Promise<LambdaFunction> {
    const { secret, clock, mints } = this.#world
    const { region } = secret.model
    this.#ahead = clock.now() - Date.now()
    return await startFunction({
      bundle: this.#built.file,
      arn: FUNCTION_ARN,
      timeoutMs: TIMEOUT_MS,
      // What is issued has an age, and the target tells it by the kit's clock.
      ...(mints && { clockMs: clock.now() }),
      environment: {
        ...this.#built.environment,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: 'conformance',
        AWS_SECRET_ACCESS_KEY: 'conformance',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: this.#gateway?.url ?? '',
        QUARTERTURN_STRATEGY: this.#world.strategy,
        ...(this.#world.class === 'C' && { QUARTERTURN_ALLOW_CLASS_C: 'true' }),
        POWERTOOLS_LOG_LEVEL: 'DEBUG',
      },
      onLog: (line) => this.#world.record.tell(line),
    })
  }

  /** Hours may have passed for the kit. */
  #isBehind(): boolean {
    return this.#world.mints && this.#world.clock.now() - Date.now() - this.#ahead > DRIFT_MS
  }

  async #came(call: string): Promise<boolean> {
    this.calls.push(call)
    this.#note(call)
    // No two versions are of the same age.
    this.#world.secret.now()
    if (!this.#isDue('before')) return true
    await this.#end()
    return false
  }

  async #carriedOut(): Promise<boolean> {
    this.#world.secret.learn()
    if (!this.#isDue('after')) return true
    await this.#end()
    return false
  }

  #answered(): void {
    const when = this.#kill?.when
    if (typeof when === 'number' && this.#kill?.call === this.calls.length)
      this.#timer = setTimeout(() => void this.#end(), when)
  }

  #isDue(when: 'before' | 'after'): boolean {
    return this.#kill?.when === when && this.#kill.call === this.calls.length
  }

  #end(): Promise<void> {
    this.#killing ??= this.#child?.kill() ?? Promise.resolve()
    return this.#killing
  }

  #note(what: string): void {
    this.#world.record.trace.push(`${this.#label}: ${what}`)
  }
}

const codeOf = (error: unknown): string => {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code)
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
