/** Every message between this provider and a real server is cut once, in a whole rotation by the engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  coverageLine,
  coverEveryPoint,
  createWireIdentity,
  cutBefore,
  holdFirst,
  type Point,
  postgresFraming,
  type Rule,
  startWireProxy,
  type WireIdentity,
  type WireProxy,
} from '../../shared/conformance/wire/index.ts'
import { CANDIDATE_LABEL, STEPS, type Step } from '../../shared/engine/known.ts'
import { isQuarterturnError, type Provider } from '../../shared/provider/index.ts'
import { type PostgresServer, requirePostgres } from '../../test/servers/postgres.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { createPostgres } from './index.ts'
import { createRole, secretFor, signsIn } from './test-target.ts'

const OLD = 'the old password'

let server: PostgresServer
let identity: WireIdentity
let provider: Provider
beforeAll(async () => {
  server = await requirePostgres({
    kind: 'embedded',
    settings: { log_statement: 'all', log_line_prefix: `'%u '` },
  })
  identity = await createWireIdentity()
  provider = createPostgres({ ca: identity.ca }) as Provider
})
afterAll(() => server.stop())

/** A role and its secret, whose rotation goes through a proxy. */
interface Scene {
  readonly role: string
  readonly stage: Stage
  readonly proxy: WireProxy
  readonly token: string
}

let roles = 0

async function onScene<T>(rule: Rule, play: (scene: Scene) => Promise<T>, reserveMs = 2_000): Promise<T> {
  roles += 1
  const role = `role_${roles}`
  await createRole(server, role, OLD)
  const { host, port, ca } = server
  const proxy = await startWireProxy({
    upstream: { host, port, ca },
    framing: postgresFraming,
    identity,
    rule,
  })
  try {
    const value = JSON.stringify(secretFor(proxy, { username: role, password: OLD }))
    const stage = new Stage({ provider, value, settings: { reserveMs } })
    const result = await play({ role, stage, proxy, token: stage.begin() })
    expect(proxy.problems).toEqual([])
    return result
  } finally {
    await proxy.close()
  }
}

/** Runs a step, answers the code of its error. What passes on the wire is counted under `as`. */
async function codeOf(
  { stage, proxy, token }: Scene,
  step: Step,
  as: string = step,
  timeLeftMs?: number,
): Promise<string | undefined> {
  proxy.enter(as)
  try {
    await stage.step(step, token, timeLeftMs === undefined ? {} : { timeLeftMs })
    return undefined
  } catch (error) {
    if (isQuarterturnError(error)) return error.code
    throw error
  }
}

const passwordOn = ({ stage }: Scene, label: string): string | undefined => {
  if (!Object.values(stage.labels()).some((labels) => labels.includes(label))) return undefined
  const value = stage.value(label)
  return typeof value === 'object' && value !== null && 'password' in value
    ? String(value.password)
    : undefined
}

/** Promise 1, class B, asked at the server itself: which of the labelled credentials sign in. */
async function labelsThatSignIn(scene: Scene): Promise<string[]> {
  const labels = ['AWSCURRENT', 'AWSPENDING', CANDIDATE_LABEL]
  const answers = await Promise.all(
    labels.map(async (label) => {
      const password = passwordOn(scene, label)
      return password !== undefined && (await signsIn(server, scene.role, password))
    }),
  )
  return labels.filter((_, index) => answers[index])
}

const failedSignIns = ({ proxy }: Scene, scope: string): number =>
  proxy.seen.filter((point) => point.scope === scope && point.name === 'ErrorResponse 28P01').length

/** Promises 2 and 3: the whole sequence with the same token, nothing cut, in a container that remembers nothing. */
async function expectRecovery(scene: Scene): Promise<void> {
  const { stage, role } = scene
  stage.restart()
  for (const step of STEPS) {
    const again = `${step} again`
    expect(await codeOf(scene, step, again), again).toBeUndefined()
    expect(failedSignIns(scene, again), `failed sign-ins of ${again}`).toBeLessThanOrEqual(1)
  }
  const current = passwordOn(scene, 'AWSCURRENT')
  expect(current, 'the password was changed').not.toBe(OLD)
  expect(await signsIn(server, role, String(current)), 'AWSCURRENT signs in').toBe(true)
  expect(await signsIn(server, role, OLD), 'the old password signs in').toBe(false)
  const unfinished = Object.values(stage.labels()).filter(
    (labels) => labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'),
  )
  expect(unfinished, 'AWSPENDING elsewhere').toEqual([])
}

describe('a connection that is cut', () => {
  test('before any message of a rotation locks nobody out, and the same token finishes', async () => {
    const codes = new Map<string, number>()
    const story = (at: Point | undefined) => {
      const rule = at === undefined ? (): 'pass' => 'pass' : cutBefore(at)
      let cut: Point | undefined
      const watched: Rule = (point) => {
        const ruling = rule(point)
        if (ruling === 'cut') cut = point
        return ruling
      }
      return onScene(watched, async (scene) => {
        for (const step of STEPS) {
          const code = await codeOf(scene, step)
          expect(failedSignIns(scene, step), `failed sign-ins of ${step}`).toBe(0)
          const outcome = `${step}: ${code ?? 'ok'}`
          codes.set(outcome, (codes.get(outcome) ?? 0) + 1)
          if (code === undefined) continue
          expect(at, 'a rotation that nothing disturbs').toBeDefined()
          break
        }
        const points = scene.proxy.seen.slice(0, cut?.n)
        expect(await labelsThatSignIn(scene)).not.toEqual([])
        await expectRecovery(scene)
        return { points, cut }
      })
    }
    const started = performance.now()
    const coverage = await coverEveryPoint({ framing: postgresFraming, story })
    process.stdout.write(`${coverageLine(coverage)} ${coverage.runs} ${performance.now() - started} ms\n`)
    process.stdout.write(JSON.stringify([...codes]))
    expect(coverage.missed).toEqual([])
  }, 300_000)
})
