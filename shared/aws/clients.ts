import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import type { AwsCredentials } from '../provider/aws-use.ts'
import { abortOptions } from './abort.ts'
import { LIMITS, type Place } from './limits.ts'
import type { RdsPort } from './rds-port.ts'
import { createReach, type Reach } from './reach.ts'
import type { SchedulerPort } from './scheduler-port.ts'
import type { SecretsManagerPort } from './secrets-manager.ts'
import { Sessions } from './sessions.ts'
import type { StsPort } from './sts-port.ts'

/**
 * Secrets Manager by the SDK, from the bare client and the four commands, which keeps the other 20 out of the
 * bundle. What `place` leaves out, and `AWS_ENDPOINT_URL_SECRETS_MANAGER`, is read from the environment by the SDK.
 * Errors pass through as AWS gives them; `fromAwsError` maps them.
 */
export function createSecretsManager(place: Place = {}): SecretsManagerPort {
  const client = new SecretsManagerClient({ ...LIMITS, ...place })
  return {
    describeSecret: (input) => client.send(new DescribeSecretCommand(input), abortOptions()),
    getSecretValue: (input) => client.send(new GetSecretValueCommand(input), abortOptions()),
    putSecretValue: (input) =>
      client.send(
        new PutSecretValueCommand({ ...input, VersionStages: [...input.VersionStages] }),
        abortOptions(),
      ),
    updateSecretVersionStage: (input) =>
      client.send(new UpdateSecretVersionStageCommand(input), abortOptions()),
  }
}

/** What a client of this place signs with: found as every client of the SDK finds it, and renewed by it. */
export async function credentialsOf(place: Place = {}): Promise<AwsCredentials> {
  const { accessKeyId, secretAccessKey, sessionToken } = await new SecretsManagerClient({
    ...LIMITS,
    ...place,
  }).config.credentials()
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

/** One event for EventBridge. */
export interface BusEvent {
  readonly detailType: string
  /** ARNs that the event is about. */
  readonly resources: readonly string[]
  readonly time: Date
  /** Sent as JSON. */
  readonly detail: object
}

/** Rejects when the bus did not take the event. */
export type SendEvent = (event: BusEvent) => Promise<void>

/** A sender to the bus of that name or ARN. The client is loaded with the first event: most invocations have none. */
export function createEventSender(bus: string): SendEvent {
  let sender: Promise<SendEvent> | undefined
  return async (event) => {
    sender ??= import('./event-bridge.ts').then(({ createEventBridge }) => createEventBridge(bus))
    await (await sender)(event)
  }
}

/** RDS, whose client is loaded with the first call: only admin secrets that RDS keeps, and replicas, need it. */
export function createLazyRds(place: Place = {}): RdsPort {
  let loaded: Promise<RdsPort> | undefined
  const rds = (): Promise<RdsPort> => {
    loaded ??= import('./rds.ts').then(({ createRds }) => createRds(place))
    return loaded
  }
  return {
    describeDBInstances: async (input) => (await rds()).describeDBInstances(input),
    describeDBClusters: async (input) => (await rds()).describeDBClusters(input),
  }
}

/** EventBridge Scheduler, whose client is loaded with the first call: only retirements after a time need it. */
export function createLazyScheduler(): SchedulerPort {
  let loaded: Promise<SchedulerPort> | undefined
  const scheduler = (): Promise<SchedulerPort> => {
    loaded ??= import('./scheduler.ts').then(({ createScheduler }) => createScheduler())
    return loaded
  }
  return {
    createSchedule: async (input) => (await scheduler()).createSchedule(input),
    getSchedule: async (input) => (await scheduler()).getSchedule(input),
    deleteSchedule: async (input) => (await scheduler()).deleteSchedule(input),
  }
}

/** STS, whose client is loaded with the first call: only secrets of other accounts need it. */
export function createLazySts(): StsPort {
  let loaded: Promise<StsPort> | undefined
  return {
    assumeRole: async (input) => {
      loaded ??= import('./sts.ts').then(({ createSts }) => createSts())
      return (await loaded).assumeRole(input)
    },
  }
}

/** The way to secrets outside of the function's own account and Region, by the SDK. */
export const createSdkReach = (
  role: { readonly name: string; readonly externalId: string } | undefined,
  now: () => number,
): Reach =>
  createReach({
    role,
    connect: (region, credentials) => {
      const place = { region, ...(credentials === undefined ? {} : { credentials }) }
      return {
        secretsManager: createSecretsManager(place),
        rds: createLazyRds(place),
        credentials: () => credentialsOf(place),
      }
    },
    sessions: (make) => new Sessions(createLazySts(), now, make),
  })
