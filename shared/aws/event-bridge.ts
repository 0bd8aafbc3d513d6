import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { abortOptions } from './abort.ts'
import type { SendEvent } from './clients.ts'
import { APP_ID } from './limits.ts'

/** Shorter than for Secrets Manager: an event comes after the work and may not hold up its end. In milliseconds. */
const LIMITS = {
  userAgentAppId: APP_ID,
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    throwOnRequestTimeout: true,
    socketTimeout: 3_000,
  },
}

const SOURCE = 'quarterturn'

export function createEventBridge(bus: string): SendEvent {
  const client = new EventBridgeClient(LIMITS)
  return async ({ detailType, resources, time, detail }) => {
    const { Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: bus,
            Source: SOURCE,
            DetailType: detailType,
            Resources: [...resources],
            Time: time,
            Detail: JSON.stringify(detail),
          },
        ],
      }),
      abortOptions(),
    )
    // PutEvents answers 200 also for an entry that it did not take (EventBridge API reference, PutEvents).
    const refused = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined)
    if (refused !== undefined) {
      throw new Error(
        `EventBridge refused the event: ${refused.ErrorCode} ${refused.ErrorMessage ?? ''}`.trim(),
      )
    }
  }
}
