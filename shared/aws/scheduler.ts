import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler'
import { abortOptions } from './abort.ts'
import type { SchedulerPort } from './scheduler-port.ts'

/** As for Secrets Manager: `withAbort` ends a call at the deadline in any case. In milliseconds. */
const LIMITS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
}

/** EventBridge Scheduler by the SDK. Region, credentials and `AWS_ENDPOINT_URL_SCHEDULER` are read from the environment. */
export function createScheduler(): SchedulerPort {
  const client = new SchedulerClient(LIMITS)
  return {
    createSchedule: (input) => client.send(new CreateScheduleCommand(input), abortOptions()),
    getSchedule: (input) => client.send(new GetScheduleCommand(input), abortOptions()),
    deleteSchedule: (input) => client.send(new DeleteScheduleCommand(input), abortOptions()),
  }
}
