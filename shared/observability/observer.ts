import { AsyncLocalStorage } from 'node:async_hooks'
import type { SendEvent } from '../aws/clients.ts'
import type { Evidence, Observer, RepairRecord, StepReport } from '../engine/ports.ts'
import { isQuarterturnError } from '../errors/index.ts'
import { createCleaner } from '../redact.ts'
import type { Log } from './log.ts'
import type { RotationMetrics } from './metrics.ts'
import { quietly } from './quietly.ts'

export interface Observability {
  /** What the engine tells its story to. */
  readonly observer: Observer
  /**
   * Runs one invocation and prints its one line: `Rotation step ended` or `Rotation step failed`. Rejects with what
   * `work` rejects with. `work` must reject with errors that are already cleaned.
   */
  invocation(work: () => Promise<StepReport>): Promise<StepReport>
}

/** What one invocation has told so far. Held apart by async context, since a container may run several at once. */
interface Story {
  readonly decisions: string[]
  report?: StepReport
}

/** Where the story goes. */
export interface Outlets {
  readonly log: Log
  readonly metrics: RotationMetrics
  /** `undefined`: evidence goes to the log only. */
  readonly sendEvent: SendEvent | undefined
}

/** A step that goes round more often than this has a defect; its first decisions tell enough. */
const MOST_DECISIONS = 50

export function createObservability({ log, metrics, sendEvent }: Outlets): Observability {
  const stories = new AsyncLocalStorage<Story>()

  const observer: Observer = {
    decided: ({ step, rule, move }) => {
      const story = stories.getStore()
      if (story !== undefined && story.decisions.length < MOST_DECISIONS)
        story.decisions.push(`${rule} → ${move}`)
      quietly(() => log.debug('Rotation decision', { step, rule, move }))
    },
    stepEnded: (report) => {
      const story = stories.getStore()
      if (story !== undefined) story.report = report
      quietly(() => metrics.step(report))
    },
    evidence: async (record) => {
      const { gapMs } = record
      quietly(() => log.record('Rotation evidence', { evidence: record }))
      if (gapMs !== undefined) quietly(() => metrics.gap(record, gapMs))
      await deliver(record, { detailType: 'Rotation Evidence', time: record.finishedAt })
    },
    repairing: async (record) => {
      quietly(() => log.record('Rotation repairs rights', { repair: record }))
      await deliver(record, { detailType: 'Rotation Repair', time: record.startedAt })
    },
  }

  /** A rotation that has finished stays finished: what was not delivered can be read in the log. */
  async function deliver(
    record: Evidence | RepairRecord,
    { detailType, time }: { readonly detailType: string; readonly time: string },
  ): Promise<void> {
    if (sendEvent === undefined) return
    try {
      await sendEvent({
        detailType,
        resources: [record.secretArn],
        time: new Date(time),
        detail: record,
      })
    } catch (error) {
      const { secretArn, versionId } = record
      quietly(() => metrics.evidenceUndelivered(record))
      quietly(() =>
        log.warn('Rotation evidence was not delivered', {
          secretArn,
          versionId,
          error: plain(createCleaner().cleanError(error)),
        }),
      )
    }
  }

  function tellFailure(error: unknown, { report, decisions }: Story): void {
    const ours = isQuarterturnError(error) ? error : undefined
    if (report === undefined) quietly(() => metrics.refused(ours?.code ?? 'unknown'))
    log.error('Rotation step failed', {
      ...report,
      decisions,
      ...(ours && {
        errorCode: ours.code,
        retryable: ours.retryable,
        actor: ours.actor,
        problem: ours.problem,
        remedy: ours.remedy,
        ...(Object.keys(ours.fields).length > 0 && { detail: ours.fields }),
      }),
      error: plain(error),
    })
  }

  return {
    observer,
    invocation: (work) =>
      stories.run({ decisions: [] }, async () => {
        const story = stories.getStore() ?? { decisions: [] }
        try {
          const report = await work()
          quietly(() => log.info('Rotation step ended', { ...report }))
          return report
        } catch (error) {
          quietly(() => tellFailure(error, story))
          throw error
        }
      }),
  }
}

/** An error as data, its causes inside; what the line says in other fields is left out. */
function plain(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, cause } = error
  const code: unknown = Reflect.get(error, 'code')
  return {
    name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: plain(cause) }),
  }
}
