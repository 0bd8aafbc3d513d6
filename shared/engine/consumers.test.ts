/** Consumers may be sent to another place than the one where it is changed: a replica, a pooler. */
import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import {
  type SimulatedSecret,
  simulatedProvider,
  Target,
  type TargetKind,
} from '../../test/simulation/target.ts'
import type { Provider, Verdict } from '../provider/index.ts'
import type { Sealed } from '../sealed.ts'

const REFUSED: Verdict = { verdict: 'rejected', reason: 'no such role' }
const ACCEPTED: Verdict = { verdict: 'accepted', as: 'B' }

const pairReadAt = (reader: string, ...answers: readonly Verdict[]) => readAt('alternating', reader, answers)

/** Consumers sign in at `reader`, which answers each sign-in in turn. */
function readAt(kind: TargetKind, reader: string, answers: readonly Verdict[]) {
  const target = new Target(kind, 'p0')
  const asked: string[] = []
  const rules = { locks: true, changesInLockedSession: true }
  const sound = simulatedProvider(target, () => async (_label, action) => action(), rules) as Provider
  const left = [...answers]
  const provider: Provider = {
    ...sound,
    identity: (secret) => ({ ...sound.identity(secret), consumer: { host: reader, port: 1 } }),
    open: (request) => {
      const session = sound.open(request)
      const probe = session.probe.bind(session)
      session.probe = async ({ who, at }) => {
        if (at === 'writer') return probe({ who, at })
        const { username } = (request.values[who] as Sealed<SimulatedSecret>).reveal()
        asked.push(`${who} ${username}`)
        return left.shift() ?? ACCEPTED
      }
      return session
    },
  }
  return { stage: new Stage({ kind, provider, target, settings: { consumerDelayMs: 60_000 } }), asked }
}

describe('finishSecret of a pair', () => {
  test('is content with the writer where consumers sign in there', async () => {
    const { stage, asked } = pairReadAt('simulated', REFUSED)
    await stage.steps(stage.begin())
    expect(asked).toEqual([])
    expect(stage.evidence[0]?.newCredential).toEqual({ verdict: 'accepted', as: 'B' })
  })

  test('proves the new credential where consumers sign in before AWSCURRENT moves, and records it', async () => {
    const { stage, asked } = pairReadAt('reader')
    const token = stage.begin()
    await stage.steps(token)
    expect(asked).toEqual(['pending B'])
    expect(stage.evidence[0]?.newCredential).toEqual({
      verdict: 'accepted',
      as: 'B',
      atConsumers: 'accepted',
    })
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('gives a replica that is behind a moment', async () => {
    const { stage, asked } = pairReadAt('reader', REFUSED)
    const token = stage.begin()
    await stage.steps(token)
    expect(asked).toHaveLength(2)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('leaves AWSCURRENT where it is while consumers would be refused, and finishes when they are not', async () => {
    const { stage, asked } = pairReadAt('reader', REFUSED, REFUSED)
    const token = stage.begin()
    const error = await failure(stage.steps(token))
    expect(error).toMatchObject({ code: 'CONSUMER_REFUSED', step: 'finishSecret', retryable: true })
    expect(error.message).toContain('reader refuses the credential that simulated takes (no such role)')
    expect(asked).toHaveLength(2)
    expect(stage.labels()[token]).not.toContain('AWSCURRENT')
    expect(stage.target.live()).toContain('A:p0')
    await stage.step('finishSecret', token)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('stops where nobody can tell, with a message that says where', async () => {
    const { stage, asked } = pairReadAt('reader', { verdict: 'unknown', reason: 'no answer' })
    const error = await failure(stage.steps(stage.begin()))
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE', step: 'finishSecret' })
    expect(error.message).toContain('at reader, where consumers sign in: no answer')
    expect(asked).toHaveLength(1)
  })
})

describe('finishSecret of one account', () => {
  test('that keeps two passwords waits for consumers, and tries once: a refusal counts against what they use', async () => {
    const { stage, asked } = readAt('dual-self', 'reader', [REFUSED])
    const token = stage.begin()
    expect(await failure(stage.steps(token))).toMatchObject({ code: 'CONSUMER_REFUSED', retryable: true })
    expect(asked).toEqual(['pending A'])
    expect(stage.slept).toEqual([60_000])
    expect(stage.labels()[token]).not.toContain('AWSCURRENT')
    await stage.step('finishSecret', token)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('that is changed in place asks no consumer: the old password is gone already', async () => {
    const { stage, asked } = readAt('single', 'reader', [REFUSED])
    await stage.steps(stage.begin())
    expect(asked).toEqual([])
  })
})

describe('the test rotation of a pair', () => {
  test('tells of a place where consumers are refused already', async () => {
    const { stage, asked } = pairReadAt('pooler', REFUSED, REFUSED)
    const error = await failure(stage.step('testSecret', stage.begin({ testOnly: true })))
    expect(error).toMatchObject({ code: 'CONSUMER_REFUSED', step: 'testSecret' })
    expect(asked).toEqual(['pending A', 'pending A'])
  })
})
