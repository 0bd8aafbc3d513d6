import { fromAwsError } from '../../shared/aws/errors.ts'
import {
  type Applied,
  type Check,
  type OpenRequest,
  QuarterturnError,
  type Session,
  type Verdict,
  type Who,
} from '../../shared/provider/index.ts'
import type { ConnectRds, Described, RdsApi, ServerName } from './api.ts'
import { isAbsent, withoutChange } from './failure.ts'
import { APPLIED, isTakenBack, type Note, noteFor, noteText, type Place, readNote } from './note.ts'
import type { RdsSecret } from './schema.ts'
import { asError, type Barrier, type Condition, conditionOf, nameOf, whyNot } from './server.ts'

interface Surroundings {
  readonly settlesWithinMs: number
  readonly now: () => number
  readonly connect: ConnectRds
}

const UNPROVEN = 'nobody signed in'

/** What RDS says of a server at this moment. */
interface Seen {
  readonly verdict?: never
  readonly name: ServerName
  readonly described: Described
  readonly condition: Condition
  readonly place: Place
}

/** Asks RDS, and has it change; there is no connection to the database. */
export class RdsSession implements Session {
  readonly #request: Pick<OpenRequest<RdsSecret>, 'values' | 'storedAt'>
  readonly #surroundings: Surroundings
  readonly #ended = new AbortController()
  readonly #secretArn: string
  readonly #api: RdsApi

  constructor(request: OpenRequest<RdsSecret>, surroundings: Surroundings) {
    const { aws, signal } = request
    if (aws === undefined)
      throw new QuarterturnError('PROVIDER_FAILED', { problem: 'the engine gives the provider rds no AWS' })
    this.#request = request
    this.#surroundings = surroundings
    this.#secretArn = aws.secretArn
    this.#api = surroundings.connect(aws, AbortSignal.any([signal, this.#ended.signal]))
  }

  async check({ as }: { readonly as: Who }): Promise<Check> {
    await this.#see(this.#value(as))
    return {
      possible: true,
      missing: [],
      notes: ['no sign-in proves the password: what is known of it is what RDS and its tags say'],
    }
  }

  async probe({ who }: { readonly who: Who }): Promise<Verdict> {
    const secret = this.#value(who)
    const seen = await this.#look(secret)
    if (seen.verdict !== undefined) return seen
    const { condition } = seen
    if (condition.is === 'changing')
      return { verdict: 'unknown', reason: condition.reason, code: 'CHANGE_IN_PROGRESS' }
    if (condition.is === 'down') return { verdict: 'barred', reason: condition.reason }
    return this.#saysSetLast(secret, who, seen)
  }

  /** Nothing at RDS can be held: the class is C, and holds within the deadline. */
  exclusive<T>({ work }: { readonly work: () => Promise<T> }): Promise<T> {
    return work()
  }

  async apply({ to }: { readonly to: Who }): Promise<Applied> {
    const secret = this.#value(to)
    const seen = await this.#see(secret)
    const { name, condition, place, described } = seen
    if (condition.is === 'changing') return { result: 'in-progress' }
    if (condition.is === 'down')
      throw new QuarterturnError('CREDENTIAL_BARRED', { problem: condition.reason })
    const value = noteFor(secret, place)
    const before = readNote(described.tags.get(APPLIED))
    const isDone = typeof before === 'object' && before.value === value && !this.#isOvertaken(before, place)
    if (isDone) return { result: 'applied' }
    try {
      await this.#api.setPassword(name, secret.password)
    } catch (error) {
      return withoutChange(error, name)
    }
    // Only now: a value that is noted counts as set, so one that RDS has not taken must never be.
    const at = this.#surroundings.now()
    await this.#ask(name, 'rds:AddTagsToResource', this.#api.note(name, noteText({ value, at })))
    return { result: 'in-progress' }
  }

  close(): Promise<void> {
    this.#ended.abort()
    return Promise.resolve()
  }

  #saysSetLast(secret: RdsSecret, who: Who, { described, name, place }: Seen): Verdict {
    const note = readNote(described.tags.get(APPLIED))
    if (note === 'unreadable')
      return {
        verdict: 'barred',
        reason: `the tag \`${APPLIED}\` of the ${name.kind} ${name.id} was changed by hand; set the password of AWSCURRENT there and remove the tag`,
        code: 'TARGET_NOT_BOUND',
      }
    if (note === 'none' || this.#isOvertaken(note, place))
      return this.#isCurrent(secret, who)
        ? { verdict: 'unprovable', reason: `it was stored by hand and is taken as it is, and ${UNPROVEN}` }
        : { verdict: 'rejected', reason: 'it was not set at RDS since AWSCURRENT was stored' }
    return note.value === noteFor(secret, place)
      ? { verdict: 'unprovable', reason: `RDS has taken it as the last one, and ${UNPROVEN}` }
      : {
          verdict: 'rejected',
          reason: `the tag \`${APPLIED}\` says that another value was the last to be set; where that is wrong, set the password of AWSCURRENT and remove the tag`,
        }
  }

  /** Whoever has written AWSCURRENT by hand since says that it is in force, and may have set it at RDS. */
  #isOvertaken(note: Note, place: Place): boolean {
    const { values, storedAt } = this.#request
    if (isTakenBack(note)) return true
    const current = values.current?.reveal()
    if (current === undefined || storedAt?.current === undefined) return false
    return storedAt.current > note.at && note.value !== noteFor(current, place)
  }

  /** Also of its copy in a test rotation. */
  #isCurrent(secret: RdsSecret, who: Who): boolean {
    const current = this.#request.values.current?.reveal()
    return who === 'current' || (current !== undefined && current.password === secret.password)
  }

  /** The server, or an error that says why it is not the secret's. */
  async #see(secret: RdsSecret): Promise<Seen> {
    const seen = await this.#look(secret)
    if (seen.verdict !== undefined) throw asError(seen)
    return seen
  }

  async #look(secret: RdsSecret): Promise<Seen | Barrier> {
    const name = nameOf(secret, this.#secretArn)
    const action = name.kind === 'cluster' ? 'rds:DescribeDBClusters' : 'rds:DescribeDBInstances'
    const described = await this.#ask(name, action, this.#api.describe(name)).catch((error: unknown) => {
      if (isAbsent(error)) return undefined
      throw error
    })
    const problem = whyNot(name, described, secret, this.#secretArn)
    if (problem !== undefined || described === undefined)
      return problem ?? { verdict: 'barred', reason: 'RDS says nothing of it', code: 'TARGET_NOT_BOUND' }
    if (described.ResourceId === undefined)
      return { verdict: 'barred', reason: 'RDS names no resource id', code: 'TARGET_NOT_BOUND' }
    const place = { secretArn: this.#secretArn, resourceId: described.ResourceId }
    return { name, described, place, condition: this.#condition(name, described) }
  }

  /** For a moment after it has taken a password, RDS may not show that it is changing it. */
  #condition(name: ServerName, described: Described): Condition {
    const condition = conditionOf(name, described)
    const note = readNote(described.tags.get(APPLIED))
    const { now, settlesWithinMs } = this.#surroundings
    const isFresh = typeof note === 'object' && now() - note.at < settlesWithinMs
    return condition.is === 'settled' && isFresh
      ? { is: 'changing', reason: `RDS took a password of the ${name.kind} ${name.id} a moment ago` }
      : condition
  }

  async #ask<T>({ arn }: ServerName, action: string, call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (error) {
      throw isAbsent(error) ? error : fromAwsError(error, { action, secretId: arn })
    }
  }

  #value(who: Who): RdsSecret {
    const value = this.#request.values[who]
    if (value === undefined) throw new Error(`${who} was not read`)
    return value.reveal()
  }
}
