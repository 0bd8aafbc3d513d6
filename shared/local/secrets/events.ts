/** An event as EventBridge delivers it. */
export interface LocalEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'AWS Service Event via CloudTrail' | 'Secret Label Updated'
  readonly source: 'aws.secretsmanager'
  readonly account: string
  /** ISO 8601, UTC, whole seconds. */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: ServiceEvent | LabelUpdated
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html */
export interface LabelUpdated {
  readonly name: string
  readonly labelUpdated: string
  readonly versionId: string
}

export type ServiceEventName =
  | 'RotationStarted'
  | 'RotationSucceeded'
  | 'RotationFailed'
  | 'RotationAbandoned'
  | 'TestRotationStarted'
  | 'TestRotationSucceeded'
  | 'TestRotationFailed'
  | 'SecretVersionDeletion'
  | 'StartSecretVersionDelete'
  | 'CancelSecretVersionDelete'
  | 'EndSecretVersionDelete'
  | 'ReplicationStarted'
  | 'ReplicationSucceeded'
  | 'ReplicationFailed'

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html */
export interface ServiceEvent {
  readonly eventVersion: '1.08'
  readonly userIdentity: { readonly accountId: string; readonly invokedBy: 'secretsmanager.amazonaws.com' }
  readonly eventTime: string
  readonly eventSource: 'secretsmanager.amazonaws.com'
  readonly eventName: ServiceEventName
  readonly awsRegion: string
  readonly sourceIPAddress: 'secretsmanager.amazonaws.com'
  readonly userAgent: 'secretsmanager.amazonaws.com'
  /** Of a failure: the function and the step. */
  readonly errorMessage?: string
  readonly requestParameters: null
  readonly responseElements: null
  readonly additionalEventData: { readonly SecretId: string }
  /** `Rotation-<arn of the secret>-<version id>`. */
  readonly requestID: string
  readonly eventID: string
  readonly eventType: 'AwsServiceEvent'
  readonly recipientAccountId: string
  readonly managementEvent: true
  readonly readOnly: false
  readonly eventCategory: 'Management'
}

/** What every event of one place has in common. */
export interface EventPlace {
  readonly accountId: string
  readonly region: string
  readonly nowMs: number
  readonly uuid: () => string
}

/** Formatting a date costs more than all the rest of an event, and events come in bursts. */
const lastTime = { second: Number.NaN, text: '' }

function timeOf(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== lastTime.second) {
    lastTime.second = second
    lastTime.text = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
  }
  return lastTime.text
}

export function labelUpdatedEvent(place: EventPlace, secretArn: string, detail: LabelUpdated): LocalEvent {
  return { ...envelope(place), 'detail-type': 'Secret Label Updated', resources: [secretArn], detail }
}

export function serviceEvent(
  place: EventPlace,
  about: { name: ServiceEventName; secretArn: string; versionId: string; errorMessage?: string | undefined },
): LocalEvent {
  const invokedBy = 'secretsmanager.amazonaws.com'
  return {
    ...envelope(place),
    'detail-type': 'AWS Service Event via CloudTrail',
    resources: [],
    detail: {
      eventVersion: '1.08',
      userIdentity: { accountId: place.accountId, invokedBy },
      eventTime: timeOf(place.nowMs),
      eventSource: invokedBy,
      eventName: about.name,
      awsRegion: place.region,
      sourceIPAddress: invokedBy,
      userAgent: invokedBy,
      ...(about.errorMessage === undefined ? {} : { errorMessage: about.errorMessage }),
      requestParameters: null,
      responseElements: null,
      additionalEventData: { SecretId: about.secretArn },
      requestID: `Rotation-${about.secretArn}-${about.versionId}`,
      eventID: place.uuid(),
      eventType: 'AwsServiceEvent',
      recipientAccountId: place.accountId,
      managementEvent: true,
      readOnly: false,
      eventCategory: 'Management',
    },
  }
}

const envelope = (place: EventPlace) =>
  ({
    version: '0',
    id: place.uuid(),
    source: 'aws.secretsmanager',
    account: place.accountId,
    time: timeOf(place.nowMs),
    region: place.region,
  }) as const
