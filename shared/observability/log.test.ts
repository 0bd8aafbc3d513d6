import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'

const printed: string[] = []
beforeEach(() => {
  printed.length = 0
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      printed.push(String(chunk))
      return true
    })
  }
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})
const lines = (): unknown[] => printed.map((text) => JSON.parse(text))

describe('the log', () => {
  test('is one JSON object a line, under our name', () => {
    createLog().info('Rotation step ended', { step: 'setSecret', awsCalls: 3 })
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'INFO',
        service: 'quarterturn',
        message: 'Rotation step ended',
        step: 'setSecret',
        awsCalls: 3,
      }),
    ])
  })

  test('keeps records whatever the level, and nothing else below it', () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'ERROR')
    const log = createLog()
    log.info('Rotation step ended', {})
    log.record('Rotation evidence', { evidence: { class: 'B' } })
    expect(lines()).toEqual([
      expect.objectContaining({ message: 'Rotation evidence', evidence: { class: 'B' } }),
    ])
  })
})

describe('the metrics', () => {
  const report = {
    secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf',
    versionId: 'a1b2c3d4-5678-90ab-cdef-111111111111',
    provider: 'postgres',
    step: 'finishSecret',
    durationMs: 12,
    awsCalls: 3,
    notes: [],
  }

  test('of a finished rotation are one line, by provider and by step, with the secret as a property', () => {
    createMetrics().step({ ...report, outcome: 'done' })
    expect(lines()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Quarterturn',
              Dimensions: [
                ['service', 'provider'],
                ['service', 'provider', 'step'],
              ],
              Metrics: [
                { Name: 'StepDuration', Unit: 'Milliseconds' },
                { Name: 'RotationFailed', Unit: 'Count' },
                { Name: 'RotationFinished', Unit: 'Count' },
              ],
            },
          ],
        },
        service: 'quarterturn',
        provider: 'postgres',
        step: 'finishSecret',
        secretArn: report.secretArn,
        versionId: report.versionId,
        StepDuration: 12,
        RotationFailed: 0,
        RotationFinished: 1,
      },
    ])
  })

  test('tell accounts apart where a function serves several', () => {
    createMetrics({ byAccount: true }).step({ ...report, outcome: 'failed', accountPaused: true })
    expect(lines()).toMatchObject([
      {
        _aws: {
          CloudWatchMetrics: [
            {
              Dimensions: [
                ['service', 'provider'],
                ['service', 'provider', 'step'],
                ['service', 'provider', 'account'],
              ],
            },
          ],
        },
        account: '111122223333',
        AccountPaused: 1,
      },
    ])
  })

  test('count a repeat of the last step once, a failure as such, and a preflight by itself', () => {
    const metrics = createMetrics()
    metrics.step({ ...report, outcome: 'already' })
    metrics.step({ ...report, outcome: 'failed', errorCode: 'DEADLINE' })
    metrics.step({ ...report, step: 'testSecret', outcome: 'preflight' })
    metrics.refused('EVENT_INVALID')
    expect(printed.join('')).not.toContain('RotationFinished')
    expect(lines()).toMatchObject([
      { RotationFailed: 0 },
      { RotationFailed: 1, errorCode: 'DEADLINE' },
      { RotationFailed: 0, Preflight: 1 },
      { RotationFailed: 1, provider: 'unknown', step: 'unknown', errorCode: 'EVENT_INVALID' },
    ])
  })
})
