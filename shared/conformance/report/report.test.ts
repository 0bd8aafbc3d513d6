import { expect, test } from 'vitest'
import { conformanceCases, type Progress, pageOf, progressLines, runConformance } from '../index.ts'
import { freshMemory, memoryProvider, serverOf, signsInToMemory } from '../targets/test-memory.ts'

const sound = memoryProvider('one')
const options = { provider: sound, freshTarget: freshMemory, signIn: signsInToMemory, seed: 7 }
const POINT = 'crash/single-user/warm/setSecret 09 apply pending as current/after/the same step again'

test('one point runs alone, and every other case says that it did not', async () => {
  const progress: Progress[] = []
  const report = await runConformance({
    ...options,
    only: POINT,
    onProgress: (step) => void (step.of > 0 && progress.push(step)),
  })
  expect(progress).toEqual([{ name: expect.stringContaining('the same step again'), done: 1, of: 1 }])
  expect(report).toMatchObject({
    schema: 'quarterturn.conformance/1',
    provider: 'memory-one',
    seed: 7,
    points: 1,
  })
  expect(report.classes).toEqual([{ strategy: 'single-user', class: 'B' }])
  const held = report.cases.filter(({ outcome }) => outcome === 'held')
  expect(held.map(({ name }) => name)).toEqual([
    'single-user: killed before and after every call, it recovers by the same step again',
  ])
  expect(report.cases).toHaveLength(conformanceCases(options).length)
})

test('the page names what held, what was skipped and why', async () => {
  const name = 'single-user: no sign-in fails on the happy path'
  const page = pageOf(
    await runConformance({
      ...options,
      only: 'plain/single-user/warm',
      freshTarget: async () => {
        const { log: _log, ...target } = await freshMemory()
        return target
      },
      skip: { [name]: 'not today' },
    }),
  )
  expect(page).toContain('# Conformance of memory-one')
  expect(page).toMatch(
    /^1 points tried and held, 1 promises held, 0 broken, \d+ skipped\. `single-user` is of class B\. Seed 7\.$/m,
  )
  expect(page).toContain(`| ${name} | not today |`)
  expect(page).toContain('| the target gives no `log` |')
})

test('a broken promise is told as the smallest story, with how to repeat it', async () => {
  const broken = { ...sound, capabilities: { ...sound.capabilities, strategies: ['dual-password'] as const } }
  const report = await runConformance({ ...options, provider: broken, only: 'plain/dual-password/warm' })
  const failed = report.cases.filter(({ outcome }) => outcome === 'failed')
  expect(failed).toMatchObject([{ point: 'plain/dual-password/warm' }])
  const page = pageOf(report)
  expect(page).toContain('never locked out (class A): AWSCURRENT is refused, after setSecret')
  expect(page).toContain('T0 [AWSCURRENT] is refused; T1 [AWSPENDING, QUARTERTURN_CANDIDATE] signs in')
  expect(page).toContain('setSecret(T1): apply pending as current')
  expect(page).toContain('conformanceCases({ …, only: "plain/dual-password/warm" })')
  expect(page).not.toContain('initial-password')
})

test('a credential so short that it is in every other line is told as that', async () => {
  const report = await runConformance({
    ...options,
    only: 'plain/single-user/warm',
    freshTarget: async () => {
      const target = await freshMemory()
      serverOf(target.secret['host']).passwords = ['set']
      return { ...target, secret: { ...target.secret, password: 'set' } }
    },
  })
  const [failed] = report.cases.filter(({ outcome }) => outcome === 'failed')
  expect(failed).toHaveProperty(
    'story',
    expect.stringContaining('may be there by chance: begin with a longer'),
  )
})

test('progress is a line every so often, and none for what is quick', async () => {
  const [quick, slow]: string[][] = [[], []]
  const step = { name: 'a case', done: 1, of: 2 }
  progressLines((line) => quick?.push(line))(step)
  progressLines((line) => slow?.push(line), 0)(step)
  expect({ quick, slow }).toEqual({ quick: [], slow: ['a case: 1 of 2 points\n'] })
})

test('a case to skip that does not exist is refused', () => {
  expect(() => conformanceCases({ ...options, skip: { 'no such case': 'why' } })).toThrow('no such case')
})

test('what would try nothing, or hide that it does, is refused', async () => {
  const name = 'single-user: no sign-in fails on the happy path'
  expect(() => conformanceCases({ ...options, skip: { [name]: ' ' } })).toThrow(`no reason for: ${name}`)
  expect(() => conformanceCases({ ...options, atOnce: 0 })).toThrow(
    '`atOnce` must be a whole number from 1 on',
  )
  expect(() => conformanceCases({ ...options, kills: 0 })).toThrow('`kills` must be a whole number from 1 on')
  await expect(runConformance({ ...options, only: POINT.replace('single', 'singel') })).rejects.toThrow(
    'no point was played',
  )
})
