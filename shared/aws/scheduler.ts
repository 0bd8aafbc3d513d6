import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler'
import { abortOptions } from './abort.ts'
import { LIMITS } from './limits.ts'
import type { SchedulerPort } from './scheduler-port.ts'

/** EventBridge Scheduler by the SDK. Region, credentials and `AWS_ENDPOINT_URL_SCHEDULER` are read from the environment. */
export function createScheduler(): SchedulerPort {
  const client = new SchedulerClient(LIMITS)
  return {
    createSchedule: (input) => client.send(new CreateScheduleCommand(input), abortOptions()),
    getSchedule: (input) => client.send(new GetScheduleCommand(input), abortOptions()),
    deleteSchedule: (input) => client.send(new DeleteScheduleCommand(input), abortOptions()),
  }
}
