import type { CreateScheduleCommandInput, Scheduler } from '@aws-sdk/client-scheduler'
import { type AccountWorld, allowing, freshRoleName } from './account-case.ts'

export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000

/** A schedule's time, in UTC. */
export const at = (ms: number): string => `at(${new Date(ms).toISOString().slice(0, 19)})`

/** A function of the hub that is called by a role of its own, and what it takes to schedule it. */
export class Scheduled {
  readonly client: Scheduler
  readonly name = freshRoleName()
  readonly events: unknown[] = []
  readonly functionArn: string
  readonly dueAtMs: number
  readonly #world: AccountWorld
  #failures = 0

  constructor(world: AccountWorld, { isRegistered = true } = {}) {
    const { aws, hub } = world
    this.#world = world
    this.client = world.scheduler(hub.credentials)
    this.functionArn = `arn:aws:lambda:eu-west-1:${hub.id}:function:${this.name}`
    this.dueAtMs = aws.clock.now() + HOUR_MS
    this.trust()
    if (isRegistered)
      aws.registerFunction(this.functionArn, async (event) => {
        this.events.push(event)
        if (this.#failures > 0) {
          this.#failures -= 1
          throw new Error('the function failed')
        }
      })
  }

  get input(): CreateScheduleCommandInput & { Name: string } {
    return {
      Name: this.name,
      ScheduleExpression: at(this.dueAtMs),
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: this.functionArn,
        RoleArn: `arn:aws:iam::${this.#world.hub.id}:role/${this.name}`,
        Input: '{"say":"now"}',
      },
    }
  }

  /** Lets Scheduler assume the role of the schedule; with a condition, only under it. */
  trust(condition?: Record<string, Record<string, string>>): void {
    this.#world.hub.role(this.name, {
      trust: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          ...(condition === undefined ? {} : { Condition: condition }),
        },
      },
      policies: [allowing('lambda:InvokeFunction', this.functionArn)],
    })
  }

  async create(changed: Partial<CreateScheduleCommandInput> = {}): Promise<string | undefined> {
    return (await this.client.createSchedule({ ...this.input, ...changed })).ScheduleArn
  }

  failNext(times: number): void {
    this.#failures = times
  }

  /** Lets time pass minute by minute, and everything happen that is due. */
  async pass(ms: number): Promise<void> {
    const { aws } = this.#world
    for (let left = ms; left > 0; left -= MINUTE_MS) {
      aws.clock.advance(Math.min(left, MINUTE_MS))
      aws.runDue()
      await aws.settled()
    }
  }

  /** Removes what is left, so that later cases see none of it. */
  async remove(): Promise<void> {
    await this.client.deleteSchedule({ Name: this.name })
  }
}
