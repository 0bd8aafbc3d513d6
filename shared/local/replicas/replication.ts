/**
 * Replicas. A change at the primary makes a copy due at each replica after some time, of which AWS publishes no bound;
 * what arrives is the state of the primary at that moment. A replica is a secret of its own Region that refuses writes.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
 */
import type { Replication, StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

/** Shown as the key of a replica that names none. */
const DEFAULT_KEY = 'alias/aws/secretsmanager'
const NAME_TAKEN = 'Secret with this name already exists in this region'
const NOT_ENABLED = 'The region is not enabled for this account'
const SUCCEEDED = 'Replication succeeded'

export interface ReplicationStatus {
  readonly Region: string
  readonly KmsKeyId: string
  readonly Status: Replication['status']
  readonly StatusMessage?: string
  readonly LastAccessedDate?: Date
}

/** Begins a replica, or tries one again that failed. One that is there already stays as it is. */
export function replicateTo(
  service: Service,
  secret: StoredSecret,
  { region, kmsKeyId, overwrites }: Pick<Replication, 'region' | 'kmsKeyId' | 'overwrites'>,
): void {
  const before = secret.replicas.get(region)
  if (before !== undefined && before.status !== 'Failed') return
  const replication: Replication = {
    region,
    kmsKeyId,
    overwrites,
    status: 'InProgress',
    message: undefined,
    dueAtMs: service.clock.now() + service.draw.replicationLagMs(),
  }
  secret.replicas.set(region, replication)
  service.keep(secret)
  emit(service, secret, 'ReplicationStarted')
  if (service.serviceIn(region) === undefined) failed(service, secret, replication, NOT_ENABLED)
}

/** To be called before a change of a secret with replicas. */
export function scheduleCopies(service: Service, secret: StoredSecret): void {
  // What was due before is delivered first, so that the change does not travel with it.
  deliver(service, secret, service.clock.now())
  for (const replication of secret.replicas.values()) {
    if (replication.status === 'Failed' || replication.dueAtMs !== undefined) continue
    replication.status = 'InProgress'
    replication.message = undefined
    replication.dueAtMs = service.clock.now() + service.draw.replicationLagMs()
  }
}

/** Carries out each copy from this Region that is due. */
export function deliverCopies(service: Service, untilMs: number = service.clock.now()): void {
  for (const secret of service.replicated) deliver(service, secret, untilMs)
}

function deliver(service: Service, secret: StoredSecret, untilMs: number): void {
  for (const replication of secret.replicas.values()) {
    const { dueAtMs } = replication
    if (dueAtMs === undefined || dueAtMs > untilMs) continue
    // What was due there before, from elsewhere, is there before.
    for (const region of service.serviceIn(replication.region)?.sources ?? []) {
      const source = region === service.region ? undefined : service.serviceIn(region)
      if (source !== undefined) deliverCopies(source, dueAtMs - 1)
    }
    copyTo(service, secret, replication)
  }
}

function copyTo(service: Service, secret: StoredSecret, replication: Replication): void {
  const there = service.serviceIn(replication.region)
  const found = there?.secrets.get(secret.name)
  const isOurs = found !== undefined && isReplicaOf(service, secret, found)
  // What cannot be deleted is not overwritten either: a replica of another, or a secret with replicas.
  const isFixed = found?.primaryRegion !== undefined || (found?.replicas.size ?? 0) > 0
  const isTaken = found !== undefined && !isOurs && (!replication.overwrites || isFixed)
  if (there === undefined || isTaken) {
    failed(service, secret, replication, there === undefined ? NOT_ENABLED : NAME_TAKEN)
    return
  }
  const copy = copyOf(service, secret, replication)
  if (found !== undefined && isOurs) follow(there, found, copy)
  else {
    if (found !== undefined) there.remove(found)
    there.keep(copy)
  }
  replication.status = 'InSync'
  replication.message = SUCCEEDED
  replication.dueAtMs = undefined
  emit(service, secret, 'ReplicationSucceeded')
}

function failed(service: Service, secret: StoredSecret, replication: Replication, message: string): void {
  replication.status = 'Failed'
  replication.message = message
  replication.dueAtMs = undefined
  emit(service, secret, 'ReplicationFailed')
}

const replicaArn = ({ region }: Service, arn: string, at: string): string =>
  arn.replace(`:secretsmanager:${region}:`, `:secretsmanager:${at}:`)

function isReplicaOf(service: Service, primary: StoredSecret, found: StoredSecret): boolean {
  const at = found.arn.split(':')[3] ?? ''
  return found.primaryRegion === service.region && found.arn === replicaArn(service, primary.arn, at)
}

/** All of a secret but what is of its Region: the key, the day of the last read, and the running rotation. */
function copyOf(service: Service, secret: StoredSecret, replication: Replication): StoredSecret {
  return {
    ...secret,
    arn: replicaArn(service, secret.arn, replication.region),
    kmsKeyId: replication.kmsKeyId,
    accessedAtMs: undefined,
    rotation: undefined,
    deletion: undefined,
    primaryRegion: service.region,
    replicas: new Map(),
    tags: new Map(secret.tags),
    labels: new Map(secret.labels),
    versions: new Map(
      [...secret.versions].map(([id, version]) => [id, { ...version, accessedAtMs: undefined }]),
    ),
  }
}

function follow(there: Service, replica: StoredSecret, copy: StoredSecret): void {
  there.visibility.keep(replica, there.clock.now())
  const { accessedAtMs, kmsKeyId, deletion } = replica
  for (const [id, version] of copy.versions) version.accessedAtMs = replica.versions.get(id)?.accessedAtMs
  const { tags, labels, versions, replicas: _replicas, ...rest } = copy
  Object.assign(replica, rest, { accessedAtMs, kmsKeyId, deletion })
  refill(replica.tags, tags)
  refill(replica.labels, labels)
  refill(replica.versions, versions)
}

function refill<K, V>(into: Map<K, V>, from: ReadonlyMap<K, V>): void {
  into.clear()
  for (const [key, value] of from) into.set(key, value)
}

/** Ends the replica in a Region, at once: the secret there goes. */
export function removeReplica(service: Service, secret: StoredSecret, region: string): void {
  const there = service.serviceIn(region)
  const found = there?.secrets.get(secret.name)
  if (there !== undefined && found !== undefined && isReplicaOf(service, secret, found)) there.remove(found)
  forget(service, secret, region)
}

/** The replica becomes a secret of its own Region; the primary no longer knows it. Rotation is to be switched on anew. */
export function promote(service: Service, replica: StoredSecret): void {
  const source = service.serviceIn(replica.primaryRegion ?? '')
  const primary = source?.secrets.get(replica.name)
  if (source !== undefined && primary !== undefined && isReplicaOf(source, primary, replica))
    forget(source, primary, service.region)
  replica.primaryRegion = undefined
  replica.rotationEnabled = undefined
  replica.rotationLambdaArn = undefined
  replica.rotationRules = undefined
  replica.scheduledFromMs = undefined
  service.touch(replica)
}

function forget(service: Service, secret: StoredSecret, region: string): void {
  secret.replicas.delete(region)
  if (secret.replicas.size === 0) service.replicated.delete(secret)
}

/** A replica has a key of its own, which both sides show. */
export function changeKey(service: Service, replica: StoredSecret, kmsKeyId: string): void {
  replica.kmsKeyId = kmsKeyId
  const primary = service.serviceIn(replica.primaryRegion ?? '')?.secrets.get(replica.name)
  const replication = primary?.replicas.get(service.region)
  if (replication !== undefined) replication.kmsKeyId = kmsKeyId
}

export function statusOf(service: Service, secret: StoredSecret): ReplicationStatus[] {
  return [...secret.replicas.values()].map(({ region, kmsKeyId, status, message }) => {
    const found = service.serviceIn(region)?.secrets.get(secret.name)
    const accessedAtMs =
      found !== undefined && isReplicaOf(service, secret, found) ? found.accessedAtMs : undefined
    return {
      Region: region,
      KmsKeyId: kmsKeyId ?? DEFAULT_KEY,
      Status: status,
      ...(message === undefined ? {} : { StatusMessage: message }),
      ...(accessedAtMs === undefined ? {} : { LastAccessedDate: new Date(accessedAtMs) }),
    }
  })
}

function emit(
  service: Service,
  { arn, labels }: StoredSecret,
  name: 'ReplicationStarted' | 'ReplicationSucceeded' | 'ReplicationFailed',
): void {
  service.emitAbout({ secretArn: arn, versionId: labels.get('AWSCURRENT') ?? '' }, name)
}
