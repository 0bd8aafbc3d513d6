import { LocalAwsError } from '../errors.ts'

export const schedulerInvalid = (message: string) => new LocalAwsError('ValidationException', message)

export const scheduleNotFound = (name: string) =>
  new LocalAwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)

export const groupNotFound = (name: string) =>
  new LocalAwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404)

export const scheduleExists = (name: string) =>
  new LocalAwsError('ConflictException', `Schedule ${name} already exists.`, 409)

/** As AWS words it, also for a role that is not there. */
export const roleNotAssumable = () =>
  schedulerInvalid('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.')
