/**
 * The slice of EventBridge Scheduler that retirement uses. The list of calls is also the list of permissions:
 * scheduler:CreateSchedule, scheduler:GetSchedule, scheduler:DeleteSchedule, and iam:PassRole for the role of the schedule.
 *
 * Shapes and error names follow the API reference of Amazon EventBridge Scheduler (2021-06-30): a name that is taken is
 * `ConflictException`, one that is not there `ResourceNotFoundException`.
 */
export interface SchedulerPort {
  createSchedule(input: Schedule): Promise<unknown>
  getSchedule(input: { readonly Name: string; readonly GroupName: string }): Promise<{
    readonly ScheduleExpression?: string | undefined
    readonly Target?: { readonly Input?: string | undefined } | undefined
  }>
  deleteSchedule(input: { readonly Name: string; readonly GroupName: string }): Promise<unknown>
}

export interface Schedule {
  readonly Name: string
  readonly GroupName: string
  /** `at(2026-11-23T12:00:00)`, in UTC: runs once. */
  readonly ScheduleExpression: string
  readonly FlexibleTimeWindow: { readonly Mode: 'OFF' }
  /** Stays when it has run, so that the invocation can see that it is due; deleted when its work is done. */
  readonly ActionAfterCompletion: 'NONE'
  readonly Description: string
  readonly Target: { readonly Arn: string; readonly RoleArn: string; readonly Input: string }
}
