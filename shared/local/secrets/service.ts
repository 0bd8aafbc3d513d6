import { markedForDeletion, notOnReplica, ownedByService, secretNotFound } from '../errors.ts'
import type { FunctionTable } from '../functions/registry.ts'
import type { LocalClock } from '../model/clock.ts'
import type { Random } from '../model/random.ts'
import type { Draw } from '../model/unpublished.ts'
import { deliverCopies, scheduleCopies } from '../replicas/replication.ts'
import { expireSecrets } from './deletion.ts'
import { type LocalEvent, labelUpdatedEvent, type ServiceEventName, serviceEvent } from './events.ts'
import { detachLabel, labelsOn, type Rotation, type StoredSecret } from './secret.ts'
import { Visibility } from './visibility.ts'

/** What the model calls for each step. What it resolves to is ignored; a step passes unless it rejects. */
export type RotationFunction = (event: RotationFunctionEvent) => Promise<unknown>

/** The event of AWS, complete. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html */
export interface RotationFunctionEvent {
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret'
  /** The ARN. */
  readonly SecretId: string
  readonly ClientRequestToken: string
  readonly RotationToken: string
}

/** Told about rotations; runs their steps. Called inside an operation, so it must not call the service at once. */
export interface RotationObserver {
  started(rotation: Rotation): void
  /** RotateSecret was refused, since the rotation that allocated this version is not complete. */
  refused(secret: StoredSecret, versionId: string): void
}

/** Whoever makes a request. A call without one comes from this process, and is taken for the rotation function's. */
export interface ServiceCaller {
  /** Set for a session of a role. */
  readonly roleArn?: string
  /** Throws AWS's `AccessDeniedException`. */
  authorize(service: Service, operation: string, input: unknown): void
}

export interface ServiceOptions {
  readonly accountId: string
  readonly region: string
  readonly clock: LocalClock
  readonly random: Random
  readonly draw: Draw
  readonly observer: RotationObserver
  /** The same account in another Region, where it has enabled that. */
  readonly serviceIn: (region: string) => Service | undefined
  readonly functions?: FunctionTable
}

/** The state of one account in one Region, and what several operations do alike. */
export class Service {
  readonly accountId: string
  readonly region: string
  readonly clock: LocalClock
  readonly random: Random
  readonly draw: Draw
  readonly observer: RotationObserver
  readonly serviceIn: (region: string) => Service | undefined
  /** By name. */
  readonly secrets = new Map<string, StoredSecret>()
  readonly functions: FunctionTable
  readonly events: LocalEvent[] = []
  readonly listeners = new Set<(event: LocalEvent) => void>()
  readonly visibility = new Visibility()
  /** Secrets that vanish some day. */
  readonly expiring = new Set<StoredSecret>()
  /** Secrets that have replicas. */
  readonly replicated = new Set<StoredSecret>()
  /** Regions from which replicas come. */
  readonly sources = new Set<string>()
  /** The order of a list that names none, once one was asked for. */
  listsDescending: boolean | undefined

  constructor(options: ServiceOptions) {
    const { accountId, region, clock, random, draw, observer, serviceIn, functions } = options
    this.accountId = accountId
    this.region = region
    this.clock = clock
    this.random = random
    this.draw = draw
    this.observer = observer
    this.serviceIn = serviceIn
    this.functions = functions ?? new Map<string, RotationFunction | 'manual'>()
  }

  /** To be called before each operation: does what is due by the clock, deletions and copies. */
  catchUp(): void {
    if (this.expiring.size > 0) expireSecrets(this)
    if (this.replicated.size > 0) deliverCopies(this)
    for (const region of this.sources) {
      const source = this.serviceIn(region)
      if (source !== undefined) deliverCopies(source)
    }
  }

  /** Stores a secret under its name, with all that depends on the clock or on other Regions. */
  keep(secret: StoredSecret): void {
    this.secrets.set(secret.name, secret)
    if (secret.deletion !== undefined) this.expiring.add(secret)
    if (secret.replicas.size > 0) this.replicated.add(secret)
    for (const region of secret.replicas.keys()) this.serviceIn(region)?.sources.add(this.region)
  }

  /** The order of a list that names none: one for good, or a second page could repeat the first. */
  listIsDescending(): boolean {
    this.listsDescending ??= this.draw.listIsDescending()
    return this.listsDescending
  }

  /** The secret goes without a trace; nothing is copied from it any more. */
  remove(secret: StoredSecret): void {
    if (this.secrets.get(secret.name) === secret) this.secrets.delete(secret.name)
    this.expiring.delete(secret)
    this.replicated.delete(secret)
    secret.replicas.clear()
  }

  /**
   * The secret named by its name, its ARN, or its ARN without the six characters at the end. Throws
   * `ResourceNotFoundException`, also for an ARN of another account or Region.
   * https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
   */
  find(secretId: string): StoredSecret {
    return this.lookUp(secretId) ?? fail(secretNotFound())
  }

  /** As {@link find}; `undefined` where there is none. */
  lookUp(secretId: string): StoredSecret | undefined {
    const prefix = `arn:aws:secretsmanager:${this.region}:${this.accountId}:secret:`
    if (!secretId.startsWith('arn:')) return this.secrets.get(secretId)
    if (!secretId.startsWith(prefix)) return undefined
    const rest = secretId.slice(prefix.length)
    const whole = this.secrets.get(rest.slice(0, -7))
    return whole?.arn === secretId ? whole : this.secrets.get(rest)
  }

  /** As {@link find}; throws `InvalidRequestException` when the secret is marked for deletion. */
  findLive(secretId: string): StoredSecret {
    const secret = this.find(secretId)
    if (secret.deletion !== undefined) throw markedForDeletion()
    return secret
  }

  /** As {@link findLive}, for a change; throws `InvalidParameterException` for a replica. */
  findPrimary(secretId: string): StoredSecret {
    const secret = this.findLive(secretId)
    if (secret.primaryRegion !== undefined) throw notOnReplica()
    return secret
  }

  /** As {@link findPrimary}; throws `InvalidRequestException` when another AWS service owns the secret. */
  findOwn(secretId: string): StoredSecret {
    const secret = this.findPrimary(secretId)
    if (secret.owningService !== undefined) throw ownedByService()
    return secret
  }

  /** What a read sees now: the secret, or an earlier state of it while visibility is delayed. */
  asSeen(secret: StoredSecret): StoredSecret {
    return this.visibility.viewOf(secret, this.clock.now())
  }

  /** To be called before a change of versions or labels. */
  aboutToChange(secret: StoredSecret): void {
    this.visibility.keep(secret, this.clock.now())
    this.touch(secret)
  }

  /** To be called before any other change that a replica follows. */
  touch(secret: StoredSecret): void {
    if (secret.replicas.size > 0) scheduleCopies(this, secret)
    secret.changedAtMs = this.clock.now()
  }

  /** Puts a label on a version. AWSCURRENT takes AWSPREVIOUS behind it. */
  attachLabel(secret: StoredSecret, label: string, versionId: string): void {
    const { labels } = secret
    const before = labels.get(label)
    if (before === versionId) return
    labels.set(label, versionId)
    if (label === 'AWSCURRENT' && before !== undefined) labels.set('AWSPREVIOUS', before)
    if (label === 'AWSPENDING' || label === 'AWSPREVIOUS') return
    const detail = { name: secret.name, labelUpdated: label, versionId }
    this.emit(labelUpdatedEvent(this.#place(), secret.arn, detail))
  }

  /** A rotation's own move may take AWSPENDING along; where no steps are called, it is what ends the rotation. */
  currentMoved(secret: StoredSecret, versionId: string): void {
    const { rotation } = secret
    if (rotation?.kind !== 'rotation' || rotation.versionId !== versionId) return
    if (rotation.dropsPending) detachLabel(secret, 'AWSPENDING', versionId)
    if (rotation.isManual) this.endRotation(rotation, 'Succeeded')
  }

  /** Ends the rotation: it was finished, it failed for good, or another version was written meanwhile. */
  endRotation(rotation: Rotation, how: 'Succeeded' | 'Failed' | 'Abandoned', errorMessage?: string): void {
    const secret = this.secretOf(rotation)
    if (secret === undefined) return
    if (secret.replicas.size > 0) scheduleCopies(this, secret)
    secret.rotation = undefined
    if (rotation.kind === 'test') this.#removeTestVersion(secret, rotation)
    else if (how === 'Abandoned') detachLabel(secret, 'AWSPENDING', rotation.versionId)
    else if (how === 'Succeeded') {
      secret.rotatedAtMs = this.clock.now()
      secret.scheduledFromMs = secret.rotatedAtMs
    }
    const test = rotation.kind === 'test' && how !== 'Abandoned' ? 'Test' : ''
    this.emitAbout(rotation, `${test}Rotation${how}` as ServiceEventName, errorMessage)
  }

  /** The secret, as long as this rotation is the one that runs on it. */
  secretOf(rotation: Rotation): StoredSecret | undefined {
    const secret = this.secrets.get(nameIn(rotation.secretArn))
    return secret?.rotation === rotation ? secret : undefined
  }

  /** The temporary version goes with its labels, as if it had never been; unless it was made AWSCURRENT meanwhile. */
  #removeTestVersion(secret: StoredSecret, { versionId }: Rotation): void {
    this.visibility.keep(secret, this.clock.now())
    detachLabel(secret, 'AWSPENDING', versionId)
    if (secret.labels.get('AWSCURRENT') === versionId) return
    for (const label of labelsOn(secret, versionId)) secret.labels.delete(label)
    secret.versions.delete(versionId)
  }

  emitAbout(
    { secretArn, versionId }: Pick<Rotation, 'secretArn' | 'versionId'>,
    name: ServiceEventName,
    errorMessage?: string,
  ): void {
    this.emit(serviceEvent(this.#place(), { name, secretArn, versionId, errorMessage }))
  }

  emit(event: LocalEvent): void {
    this.events.push(event)
    for (const listener of this.listeners) listener(event)
  }

  #place() {
    const { accountId, region } = this
    return { accountId, region, nowMs: this.clock.now(), uuid: this.random.uuid }
  }
}

/** The name in a full ARN. */
const nameIn = (arn: string): string => arn.slice(arn.indexOf(':secret:') + 8, -7)

/** `throw` where an expression is wanted. */
export function fail(error: Error): never {
  throw error
}
