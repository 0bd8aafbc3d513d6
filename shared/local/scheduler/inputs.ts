import * as z from 'zod'

const Name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[0-9a-zA-Z\-_.]+$/)
const ClientToken = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9\-_]+$/)
  .optional()

const Target = z.object({
  Arn: z.string().min(1).max(1600),
  RoleArn: z
    .string()
    .min(1)
    .max(1600)
    .regex(/^arn:aws[a-zA-Z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  Input: z.string().min(1).optional(),
  DeadLetterConfig: z.object({ Arn: z.string().min(1).max(1600).optional() }).optional(),
  RetryPolicy: z
    .object({
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
    })
    .optional(),
})

/** The members that count for a Lambda target. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export const WriteScheduleInput = z.object({
  Name,
  GroupName: Name.optional(),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).optional(),
  Target,
  FlexibleTimeWindow: z
    .object({
      Mode: z.enum(['OFF', 'FLEXIBLE']),
      MaximumWindowInMinutes: z.int().min(1).max(1440).optional(),
    })
    .refine(
      ({ Mode, MaximumWindowInMinutes }) => (Mode === 'FLEXIBLE') === (MaximumWindowInMinutes !== undefined),
      {
        error: 'MaximumWindowInMinutes belongs to the mode FLEXIBLE',
      },
    ),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  Description: z.string().max(512).optional(),
  KmsKeyArn: z.string().min(1).max(2048).optional(),
  ClientToken,
})

export const NamedScheduleInput = z.object({ Name, GroupName: Name.optional() })

export const ListSchedulesInput = z.object({
  GroupName: Name.optional(),
  NamePrefix: Name.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).optional(),
  NextToken: z.string().min(1).max(2048).optional(),
})

export type WriteSchedule = z.output<typeof WriteScheduleInput>
export type NamedSchedule = z.output<typeof NamedScheduleInput>
export type ListSchedules = z.output<typeof ListSchedulesInput>
