import { describe, expect, test, vi } from 'vitest'
import type { BusEvent } from '../aws/clients.ts'
import type { Evidence, RepairRecord, StepReport } from '../engine/ports.ts'
import { QuarterturnError } from '../errors/index.ts'
import type { Fields, Log } from './log.ts'
import type { RotationMetrics } from './metrics.ts'
import { createObservability } from './observer.ts'

const report: StepReport = {
  secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf',
  versionId: 'a1b2c3d4-5678-90ab-cdef-111111111111',
  provider: 'postgres',
  step: 'setSecret',
  outcome: 'done',
  durationMs: 12,
  awsCalls: 3,
  notes: [],
}
const evidence: Evidence = {
  schema: 'quarterturn.evidence/1',
  secretArn: report.secretArn,
  versionId: report.versionId,
  provider: 'postgres',
  strategy: 'single-user',
  class: 'B',
  finishedAt: '2026-01-02T03:04:05.000Z',
  gapMs: 80,
  newCredential: { verdict: 'accepted', as: 'app' },
  rights: 'one account',
  oldCredential: 'not tried',
  orphans: [],
  notes: [],
}

function setUp(sendEvent?: (event: BusEvent) => Promise<void>) {
  const lines: { level: string; message: string; fields: Fields }[] = []
  const writer = (level: string) => (message: string, fields: Fields) => {
    lines.push({ level, message, fields })
  }
  const log: Log = {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    record: writer('record'),
  }
  const metrics = {
    step: vi.fn<RotationMetrics['step']>(),
    refused: vi.fn<RotationMetrics['refused']>(),
    gap: vi.fn<RotationMetrics['gap']>(),
    evidenceUndelivered: vi.fn<RotationMetrics['evidenceUndelivered']>(),
  }
  return { lines, metrics, ...createObservability({ log, metrics, sendEvent }) }
}

describe('an invocation', () => {
  test('that ends well is one line and one set of metrics', async () => {
    const { lines, metrics, observer, invocation } = setUp()
    const answer = await invocation(async () => {
      await observer.stepEnded(report)
      return report
    })
    expect(answer).toBe(report)
    expect(lines).toEqual([{ level: 'info', message: 'Rotation step ended', fields: { ...report } }])
    expect(metrics.step).toHaveBeenCalledExactlyOnceWith(report)
  })

  test('that fails is one line, with what was decided, who must act and the causes', async () => {
    const { lines, metrics, observer, invocation } = setUp()
    const failed: StepReport = {
      ...report,
      outcome: 'failed',
      errorCode: 'TARGET_UNREACHABLE',
      retryable: true,
    }
    const error = new QuarterturnError('TARGET_UNREACHABLE', {
      problem: 'the server does not answer',
      fields: { host: 'db' },
      cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    })
    const work = invocation(async () => {
      observer.decided({ step: 'setSecret', rule: 'current first', move: 'probe current' })
      await observer.stepEnded(failed)
      throw error
    })
    await expect(work).rejects.toBe(error)
    const [line, ...more] = lines.filter(({ level }) => level !== 'debug')
    expect(more).toEqual([])
    expect(line).toMatchObject({
      level: 'error',
      message: 'Rotation step failed',
      fields: {
        ...failed,
        actor: 'nobody',
        problem: 'the server does not answer',
        detail: { host: 'db' },
        decisions: ['current first → probe current'],
        error: {
          name: 'QuarterturnError',
          cause: { name: 'Error', message: 'connect', code: 'ECONNREFUSED' },
        },
      },
    })
    expect(metrics.refused).not.toHaveBeenCalled()
  })

  test('that is refused before it is a step is counted all the same', async () => {
    const { metrics, invocation } = setUp()
    const error = new QuarterturnError('EVENT_INVALID', { problem: 'no `Step`' })
    await expect(invocation(() => Promise.reject(error))).rejects.toBe(error)
    expect(metrics.refused).toHaveBeenCalledExactlyOnceWith('EVENT_INVALID')
  })

  test('keeps its story apart from one that runs at the same time', async () => {
    const { lines, observer, invocation } = setUp()
    const fail = (step: string) =>
      invocation(async () => {
        observer.decided({ step, rule: step, move: 'wait' })
        await new Promise((resolve) => setTimeout(resolve, 5))
        throw new Error(step)
      })
    await Promise.allSettled([fail('one'), fail('two')])
    const failures = lines.filter(({ level }) => level === 'error')
    expect(failures.map(({ fields }) => fields['decisions'])).toEqual([['one → wait'], ['two → wait']])
  })
})

test('what cannot be told does not fail the step', async () => {
  const { metrics, observer, invocation } = setUp()
  metrics.step.mockImplementation(() => {
    throw new RangeError('not a valid number')
  })
  const work = invocation(async () => {
    await observer.stepEnded(report)
    await observer.evidence(evidence)
    return report
  })
  expect(await work).toBe(report)
})

describe('evidence', () => {
  test('is a line and a gap, and goes to the bus where there is one', async () => {
    const sent: BusEvent[] = []
    const { lines, metrics, observer } = setUp(async (event) => void sent.push(event))
    await observer.evidence(evidence)
    expect(lines).toEqual([{ level: 'record', message: 'Rotation evidence', fields: { evidence } }])
    expect(metrics.gap).toHaveBeenCalledExactlyOnceWith(evidence, 80)
    expect(sent).toEqual([
      {
        detailType: 'Rotation Evidence',
        resources: [report.secretArn],
        time: new Date('2026-01-02T03:04:05.000Z'),
        detail: evidence,
      },
    ])
  })

  test('of a repair is a line and an event of its own', async () => {
    const sent: BusEvent[] = []
    const { lines, observer } = setUp(async (event) => void sent.push(event))
    const repair: RepairRecord = {
      schema: 'quarterturn.repair/1',
      secretArn: report.secretArn,
      versionId: report.versionId,
      provider: 'postgres',
      strategy: 'alternating-users',
      startedAt: '2026-01-02T03:04:04.000Z',
      differences: ['app_clone lacks INHERIT'],
    }
    await observer.repairing?.(repair)
    expect(lines).toEqual([{ level: 'record', message: 'Rotation repairs rights', fields: { repair } }])
    expect(sent).toEqual([
      {
        detailType: 'Rotation Repair',
        resources: [report.secretArn],
        time: new Date('2026-01-02T03:04:04.000Z'),
        detail: repair,
      },
    ])
  })

  test('that is not delivered does not fail the rotation', async () => {
    const { lines, metrics, observer } = setUp(() => Promise.reject(new Error('bus is gone')))
    await observer.evidence(evidence)
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['record', 'Rotation evidence'],
      ['warn', 'Rotation evidence was not delivered'],
    ])
    expect(metrics.evidenceUndelivered).toHaveBeenCalledExactlyOnceWith(evidence)
  })
})
