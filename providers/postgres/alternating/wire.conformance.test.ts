/** A rotation of two users, cut at every message that passes on the wire, the admin's connections included. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  coverageLine,
  coverEveryPoint,
  createWireIdentity,
  cutBefore,
  type Point,
  postgresFraming,
  type Rule,
  type Story,
  startWireProxy,
  type WireIdentity,
} from '../../../shared/conformance/wire/index.ts'
import { STEPS } from '../../../shared/engine/known.ts'
import { type PostgresServer, requirePostgres } from '../../../test/servers/postgres.ts'
import { stageRotation } from '../test-rotation.ts'
import { signsIn } from '../test-target.ts'
import { freshPair, WHOLE } from './test-pair.ts'

let server: PostgresServer
let identity: WireIdentity
beforeAll(async () => {
  server = await requirePostgres({ kind: 'embedded' })
  identity = await createWireIdentity()
})
afterAll(() => server.stop())

let pairs = 0

/**
 * `QUARTERTURN_WIRE=every`: every message, which takes a quarter of an hour. Default: those at which the other side begins
 * to speak; cuts inside a burst are left out, and of the second story all but the step that changes something.
 */
const isEvery = process.env['QUARTERTURN_WIRE'] === 'every'

const worthCutting = (points: readonly Point[], steps: readonly string[]): readonly Point[] =>
  isEvery
    ? points
    : points.filter((point, at) => steps.includes(point.scope) && points[at - 1]?.from !== point.from)

/** `before`: whole rotations that were not disturbed, so that the clone is there and it is the turn of this or that user. */
const cutStory =
  (before: number, steps: readonly string[]): Story =>
  async (at) => {
    pairs += 1
    const pair = await freshPair(server, `wire_${pairs}`)
    let cut: Point | undefined
    let isCutting = false
    const cutting: Rule = at === undefined ? () => 'pass' : cutBefore(at)
    const { host, port, ca } = server
    const proxy = await startWireProxy({
      upstream: { host, port, ca },
      framing: postgresFraming,
      identity,
      rule: (point) => {
        const ruling = isCutting ? cutting(point) : 'pass'
        if (ruling === 'cut') cut = point
        return ruling
      },
    })
    try {
      const at = { host: proxy.host, port: proxy.port }
      const stage = stageRotation(
        { ...pair.secret, ...at },
        { ca: identity.ca },
        { admin: { ...pair.adminSecret, ...at } },
      )
      const currentSignsIn = () => {
        const { username, password } = stage.value('AWSCURRENT')
        return signsIn(server, String(username), String(password))
      }
      proxy.enter('before')
      for (let round = 1; round <= before; round += 1)
        expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
      isCutting = true
      let failure: string | undefined
      for (const step of STEPS) {
        proxy.enter(step)
        const [ended] = step === 'createSecret' ? await stage.rotate([step]) : await stage.repeat([step])
        if (ended !== `${step} done`) {
          failure = ended
          break
        }
      }
      const points = proxy.seen.slice(0, cut?.n).filter(({ scope }) => scope !== 'before')
      if (failure !== undefined)
        expect(failure).toMatch(at === undefined || cut === undefined ? 'none' : / TARGET_UNREACHABLE$/)
      // Class A: the current credential signs in whatever was cut, and no sign-in of ours has failed.
      expect(await currentSignsIn(), 'AWSCURRENT signs in').toBe(true)
      expect(points.filter(({ name }) => name === 'ErrorResponse 28P01')).toEqual([])
      isCutting = false
      proxy.enter('recovering')
      expect(
        (await stage.repeat()).map((ended) => ended.replace('already', 'done')),
        stage.problem,
      ).toEqual(WHOLE)
      expect(await currentSignsIn(), 'AWSCURRENT signs in after the same token').toBe(true)
      expect(proxy.problems).toEqual([])
      return { points: worthCutting(points, steps), cut }
    } finally {
      await proxy.close()
    }
  }

describe('a connection that is cut locks nobody out, and the same token finishes', () => {
  test.each([
    { what: 'while the clone is made', before: 0, steps: STEPS },
    { what: 'when it is the turn of the user', before: 1, steps: ['setSecret'] },
  ])(
    'before any message, $what',
    async ({ what, before, steps }) => {
      const started = performance.now()
      const coverage = await coverEveryPoint({
        framing: postgresFraming,
        story: cutStory(before, steps),
        atOnce: 3,
      })
      const seconds = Math.round((performance.now() - started) / 1000)
      process.stdout.write(
        `two users, ${what}: ${coverageLine(coverage)}, ${coverage.runs} runs in ${seconds} s\n`,
      )
      expect(coverage.missed).toEqual([])
      expect(coverage.cut.length).toBeGreaterThan(40)
    },
    3_600_000,
  )
})
