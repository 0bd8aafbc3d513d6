import type { SchedulerPort } from '../../shared/aws/scheduler-port.ts'
import { scheduleName } from '../../shared/engine/schedule.ts'
import { ARN, idOf, numberOf } from './secrets.ts'
import type { Schedule, State } from './state.ts'

/** The schedule's attempts in turn: only whether it is this one or the next can matter. */
const inTurn = (attempt: number): 1 | 2 => (attempt % 2 === 1 ? 1 : 2)

const failed = (name: string): Error => Object.assign(new Error(name), { name })

/** What a schedule invokes the function with. */
export const retirementOf = ({ gone, attempt }: Schedule) => ({
  VersionId: idOf(gone),
  Attempt: attempt,
})

/** The rules of EventBridge Scheduler for the schedules of one secret; each is due at any time. */
export const schedulerOn = (get: () => State, set: (state: State) => void): SchedulerPort => {
  const find = (name: string): { readonly schedule: Schedule; readonly attempt: number } | undefined => {
    for (const schedule of get().schedules)
      for (const attempt of [1, 2, 3])
        if (
          inTurn(attempt) === schedule.attempt &&
          scheduleName(ARN, { token: idOf(schedule.token), gone: idOf(schedule.gone), attempt }) === name
        )
          return { schedule, attempt }
    return undefined
  }
  return {
    createSchedule: async ({ Name, Target }) => {
      if (find(Name) !== undefined) throw failed('ConflictException')
      const { ClientRequestToken, Retirement } = JSON.parse(Target.Input)
      const made: Schedule = {
        token: numberOf(ClientRequestToken),
        gone: numberOf(Retirement.VersionId),
        attempt: inTurn(Retirement.Attempt),
      }
      set({ ...get(), schedules: [...get().schedules, made] })
    },
    getSchedule: async ({ Name }) => {
      const found = find(Name)
      if (found === undefined) throw failed('ResourceNotFoundException')
      const { schedule, attempt } = found
      const Input = JSON.stringify({
        Step: 'retireSecret',
        SecretId: ARN,
        ClientRequestToken: idOf(schedule.token),
        Retirement: { VersionId: idOf(schedule.gone), Attempt: attempt },
      })
      return { ScheduleExpression: 'at(1970-01-01T00:00:00)', Target: { Input } }
    },
    deleteSchedule: async ({ Name }) => {
      const found = find(Name)
      if (found === undefined) throw failed('ResourceNotFoundException')
      set({ ...get(), schedules: get().schedules.filter((one) => one !== found.schedule) })
    },
  }
}
