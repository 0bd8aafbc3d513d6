import type { LocalAws } from '../local-aws.ts'

export interface LocalSchedulerOptions {
  readonly aws: LocalAws
  readonly accountId: string
  readonly region: string
  readonly seed: number
}

/** EventBridge Scheduler of one account and Region, as far as one-time schedules go. */
export class LocalScheduler {
  readonly #options: LocalSchedulerOptions

  constructor(options: LocalSchedulerOptions) {
    this.#options = options
  }

  get region(): string {
    return this.#options.region
  }

  runDue(): string[] {
    return []
  }

  async settled(): Promise<void> {}
}
