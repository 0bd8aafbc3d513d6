/** The process of a built function is killed for real, and taken up again by another one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleFile, bundleOptions } from '../../../scripts/build-options.ts'
import type { Provider } from '../../provider/index.ts'
import { ConformanceFailure, type ConformanceOptions, conformanceCases } from '../index.ts'
import { drawKills, killId } from './kills.ts'
import { type Desk, type DeskKind, deskProvider, startDesk } from './test-desk.ts'

const REAL_KILLS = 'ended by SIGKILL in a process of its own'

/** Each point starts two processes, and waits for its turn on a busy machine. */
const KILLS_MS = 240_000

let desk: Desk
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterturn-kills-'))
  const entryPoints = { index: join(import.meta.dirname, 'test-desk-handler.ts') }
  await build({ ...bundleOptions('desk', folder), entryPoints })
  desk = await startDesk()
})
afterAll(async () => {
  await desk.close()
  await rm(folder, { recursive: true, force: true })
})

/** With this seed three kills show what either broken provider does; each costs a process or two. */
const TELLING = { kills: 3, seed: 2 }

const caseOf = (kind: DeskKind, name: string, more: Partial<ConformanceOptions> = {}) => {
  const [found] = conformanceCases({
    provider: deskProvider(kind) as Provider,
    freshTarget: () => desk.freshTarget(),
    signIn: (stored) => desk.signIn(stored),
    bundle: async () => ({ file: bundleFile('desk', folder), environment: { DESK_KIND: kind } }),
    kills: 6,
    ...more,
  }).filter((one) => one.name.includes(name))
  if (found === undefined) throw new Error(`there is no case called ${name}`)
  return found
}

const failureOf = (kind: DeskKind) =>
  caseOf(kind, REAL_KILLS, TELLING)
    .run()
    .then(
      (result) => `it passed: ${JSON.stringify(result)}`,
      (error: unknown) => error,
    )

describe('a function that is killed where the seed says', { timeout: KILLS_MS }, () => {
  test('recovers when its provider is sound, and the report says what the kills met', async () => {
    const result = await caseOf('sound', REAL_KILLS).run()
    expect(result).toMatchObject({ outcome: 'held', points: 6 })
    expect(result).toHaveProperty('notes', [
      expect.stringMatching(/^calls of a rotation: createSecret \d+, .*SIGKILL met a step \d+ times/),
    ])
  })

  test('is caught when its provider remembers in its process what only the target knows', async () => {
    const failure = await failureOf('forgetful')
    expect(failure).toBeInstanceOf(ConformanceFailure)
    expect(failure).toMatchObject({ broken: expect.stringContaining('always converges') })
  })

  test('which no kill within this process can see, where the memory lives on', async () => {
    const name = 'recovers by the whole sequence with the same token'
    const result = await caseOf('forgetful', name, { recoveries: 'in turn' }).run()
    expect(result).toMatchObject({ outcome: 'held' })
  })

  test('is caught when its provider changes before it stores, and one point repeats it', async () => {
    const failure = await failureOf('hasty')
    expect(failure).toBeInstanceOf(ConformanceFailure)
    expect(failure).toMatchObject({ broken: expect.stringContaining('never locked out (class B)') })
    const { point, message } = failure as ConformanceFailure
    expect(message).toMatch(/PutSecretValue AWSPENDING\n[\s\S]*SIGKILL at \w+ call \d/)
    expect(message).toContain(`only: ${JSON.stringify(point)}`)
    const again = await caseOf('hasty', REAL_KILLS, { ...TELLING, only: point })
      .run()
      .catch((error: unknown) => error)
    expect(again).toMatchObject({ point })
    const elsewhere = await caseOf('hasty', REAL_KILLS, { only: 'plain/single-user/warm' }).run()
    expect(elsewhere).toMatchObject({ outcome: 'skipped' })
  })
})

test('a change that the credential in force signs is a compare-and-swap: a late one is refused', async () => {
  const result = await caseOf('sound', 'a repeated apply does what').run()
  expect(result).toMatchObject({ outcome: 'held' })
})

describe('the kills that are drawn', () => {
  const calls = new Map([
    ['createSecret', 2],
    ['setSecret', 3],
  ] as const)

  test('depend on the seed alone', () => {
    expect(drawKills(calls, 10, 1)).toEqual(drawKills(calls, 10, 1))
    expect(drawKills(calls, 10, 1)).not.toEqual(drawKills(calls, 10, 2))
  })

  test('meet every call before, after and a while after, before one comes again', () => {
    const kinds = drawKills(calls, 15, 7).map((kill) => killId(kill).replace(/\d+ ms$/, ''))
    expect(new Set(kinds).size).toBe(15)
    expect(drawKills(calls, 40, 7)).toHaveLength(40)
  })

  test('are none where nothing is called', () => {
    expect(drawKills(new Map(), 10, 1)).toEqual([])
  })
})
