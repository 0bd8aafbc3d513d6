import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { StoredSecret } from '../../../shared/provider/index.ts'
import { addTo, operationOf, POOL } from '../../../test/servers/oauth/cognito.ts'
import { failure } from '../../../test/simulation/failure.ts'
import { currentOf, HOUR_MS, rotate } from '../test-rotation.ts'
import {
  CLIENT,
  type CognitoStage,
  OTHER,
  OTHER_SECRET,
  SECRET,
  secretsOf,
  stageCognito,
  valuesAt,
} from './test-cognito.ts'

const STRANGER = 'ofsomebodyelse0123456789'
const RETIRING = {
  settings: {
    retirement: { roleArn: 'arn:aws:iam::111122223333:role/schedules', after: { afterMs: 2 * HOUR_MS } },
  },
}

const previousOf = ({ stage }: CognitoStage): unknown =>
  (stage.value('AWSPREVIOUS') as StoredSecret)['clientSecret']

/** The older of the two is deleted, and an hour later another value added; then an hour passes. */
function replaceOlder(one: CognitoStage, value: string): void {
  one.authority.book.of(CLIENT).delete(secretsOf(one)[0]?.id ?? '')
  one.clock.advance(HOUR_MS)
  addTo(one.authority.book, CLIENT, value)
  one.clock.advance(HOUR_MS)
}

/** Somebody's secret that is as old as the first one, which is gone. */
function putStranger(one: CognitoStage): void {
  const live = one.authority.book.of(CLIENT)
  const [first, ...others] = live.values()
  live.clear()
  one.authority.book.add(CLIENT, STRANGER, { id: `${CLIENT}--1`, createdAt: first?.createdAt ?? 0 })
  for (const other of others) live.set(other.id, other)
}

describe('a client of an Amazon Cognito user pool', () => {
  test('is rotated, and both secrets get tokens until the next rotation', async () => {
    const one = await stageCognito()
    await rotate(one)
    const { stage, authority } = one
    expect(stage.value('AWSCURRENT')).toMatchObject({ note: 'kept', clientId: CLIENT })
    expect(currentOf(one)).toMatch(/^[\w]{61}$/)
    expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'dual-password', class: 'A' })
    expect(valuesAt(one)).toEqual([SECRET, currentOf(one)])
    expect(authority.book.accepts(CLIENT, SECRET)).toBe(true)
    await rotate(one)
    await rotate(one)
    expect(valuesAt(one)).toEqual([previousOf(one), currentOf(one)])
  })

  test('asks for this user pool alone, and to change nothing before something is to be changed', async () => {
    const one = await stageCognito()
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    expect(one.asked).toEqual([])
    await one.stage.steps(token, ['setSecret'])
    const resources = [`arn:aws:cognito-idp:eu-west-1:${one.stage.secretArn.split(':')[4]}:userpool/${POOL}`]
    const looks = ['cognito-idp:DescribeUserPool', 'cognito-idp:ListUserPoolClientSecrets']
    const changes = ['cognito-idp:AddUserPoolClientSecret', 'cognito-idp:DeleteUserPoolClientSecret']
    expect(one.asked.map(([first]) => first)).toEqual([
      { actions: looks, resources },
      { actions: looks, resources },
      { actions: looks, resources },
      { actions: changes, resources },
    ])
  })

  test('has its secret stored before it is added, so that a lost reply loses nothing', async () => {
    const one = await stageCognito()
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    one.authority.loses = (seen) => seen === 'POST /' && secretsOf(one).length === 2
    expect(await failure(one.stage.step('setSecret', token))).toMatchObject({
      code: 'TARGET_UNREACHABLE',
      retryable: true,
    })
    one.authority.loses = () => false
    await one.stage.steps(token)
    expect(valuesAt(one)).toEqual([SECRET, currentOf(one)])
  })

  test('is gone on with by the next rotation where one was given up after its secret was added', async () => {
    const one = await stageCognito()
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret', 'setSecret'])
    one.stage.model.call('UpdateSecretVersionStage', {
      SecretId: one.stage.secretArn,
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: token,
    })
    const [, added] = valuesAt(one)
    await rotate(one)
    expect(currentOf(one)).toBe(added)
    expect(valuesAt(one)).toEqual([SECRET, added])
  })

  test('has its secret added once where the same step comes twice at once', async () => {
    const one = await stageCognito()
    await rotate(one)
    one.clock.advance(2 * HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    let additions = 0
    const [isFirst, isSecond] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    one.authority.answers = (_seen, headers) => {
      if (!operationOf(headers).startsWith('Add')) return undefined
      additions += 1
      const here = additions === 1 ? isFirst : isSecond
      here.resolve(undefined)
      return isSecond.promise
    }
    const first = one.stage.step('setSecret', token).catch((error: unknown) => error)
    await isFirst.promise
    const second = one.stage.step('setSecret', token).catch((error: unknown) => error)
    const ends = await Promise.all([first, second])
    expect(ends.filter((end) => end instanceof Error)).toMatchObject([
      { code: 'TARGET_BUSY', retryable: true },
    ])
    await one.stage.steps(token)
    expect(additions).toBe(2)
    expect(valuesAt(one)).toEqual([previousOf(one), currentOf(one)])
  })

  test('is waited for while the token endpoint has not heard of the new secret', async () => {
    const one = await stageCognito()
    one.authority.book.settlesAfter = 2
    await rotate(one)
    expect(one.authority.book.accepts(CLIENT, currentOf(one))).toBe(true)
  })

  test('has nothing added or ended while one that was added may not be known everywhere yet', async () => {
    const one = await stageCognito()
    await rotate(one)
    one.clock.advance(2 * HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    one.authority.book.settlesAfter = 1_000
    const early = await failure(one.stage.step('setSecret', token, { timeLeftMs: 5_200 }))
    expect(early).toMatchObject({ code: 'MINT_NOT_SETTLED', retryable: true })
    const before = valuesAt(one)
    expect((await failure(one.stage.step('setSecret', token, { timeLeftMs: 5_200 }))).code).toBe(
      'MINT_NOT_SETTLED',
    )
    expect(valuesAt(one)).toEqual(before)
    for (const kept of secretsOf(one)) kept.unknownFor = 0
    await one.stage.steps(token)
    expect(valuesAt(one)).toEqual(before)
    expect(before.at(-1)).toBe(currentOf(one))
  })

  test('has its old secret retired after a while', async () => {
    const one = await stageCognito(RETIRING)
    await rotate(one)
    expect(one.authority.book.accepts(CLIENT, SECRET)).toBe(true)
    one.clock.advance(3 * HOUR_MS)
    const [schedule] = one.stage.scheduler.due()
    await one.stage.retire(schedule?.event as object)
    expect(valuesAt(one)).toEqual([currentOf(one)])
    await rotate(one)
    expect(valuesAt(one)).toHaveLength(2)
  })

  test('is found possible by the preflight, which changes nothing', async () => {
    const one = await stageCognito()
    await one.stage.steps(one.stage.begin({ testOnly: true }), ['testSecret'])
    expect(one.stage.reports.at(-1)).toMatchObject({ outcome: 'preflight' })
    expect(valuesAt(one)).toEqual([SECRET])
  })
})

describe('a place is not freed where nothing tells whose it is', () => {
  const refusal = { code: 'ACCOUNT_REFUSED', retryable: false }

  test('the other secret was made by hand', async () => {
    const one = await stageCognito()
    addTo(one.authority.book, CLIENT, STRANGER)
    one.clock.advance(HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    const error = await failure(one.stage.step('setSecret', token))
    expect(error).toMatchObject({ ...refusal, remedy: expect.stringContaining(`${CLIENT}--`) })
    expect(valuesAt(one)).toEqual([SECRET, STRANGER])
    // It is put right by hand, and the same rotation goes on.
    one.authority.book.of(CLIENT).delete(secretsOf(one)[1]?.id ?? '')
    await one.stage.steps(token)
    expect(valuesAt(one)).toEqual([SECRET, currentOf(one)])
  })

  test('which the preflight says before anything is rotated', async () => {
    const one = await stageCognito()
    addTo(one.authority.book, CLIENT, STRANGER)
    const token = one.stage.begin({ testOnly: true })
    expect(await failure(one.stage.step('testSecret', token))).toMatchObject(refusal)
    expect(valuesAt(one)).toEqual([SECRET, STRANGER])
  })

  test('a stranger is beside the current one, and that of AWSPREVIOUS is dead', async () => {
    const one = await stageCognito()
    await rotate(one)
    replaceOlder(one, STRANGER)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    expect(await failure(one.stage.step('setSecret', token))).toMatchObject(refusal)
    expect(one.authority.book.accepts(CLIENT, currentOf(one))).toBe(true)
    expect(valuesAt(one)).toHaveLength(2)
  })

  test('a stranger has the place in which that of AWSPREVIOUS would be', async () => {
    const one = await stageCognito()
    await rotate(one)
    putStranger(one)
    one.clock.advance(2 * HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    expect(await failure(one.stage.step('setSecret', token))).toMatchObject(refusal)
    expect(valuesAt(one)).toEqual([STRANGER, currentOf(one)])
  })

  test('nor is a stranger retired', async () => {
    const one = await stageCognito(RETIRING)
    await rotate(one)
    putStranger(one)
    one.clock.advance(3 * HOUR_MS)
    const [schedule] = one.stage.scheduler.due()
    await one.stage.retire(schedule?.event as object)
    expect(one.stage.reports.at(-1)).toMatchObject({ step: 'retireSecret', outcome: 'done' })
    expect(valuesAt(one)).toEqual([STRANGER, currentOf(one)])
  })

  test('the old value was added once more, so that it is the newer one', async () => {
    const one = await stageCognito()
    await rotate(one)
    replaceOlder(one, SECRET)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    expect(await failure(one.stage.step('setSecret', token))).toMatchObject(refusal)
    expect(valuesAt(one)).toEqual([currentOf(one), SECRET])
  })

  test('AWSPREVIOUS is of another client, whose secret is good', async () => {
    const one = await stageCognito()
    await rotate(one)
    const { stage } = one
    const value = stage.value('AWSCURRENT') as object
    for (const other of [{ clientId: OTHER, clientSecret: OTHER_SECRET }, {}])
      stage.model.call('PutSecretValue', {
        ClientRequestToken: randomUUID(),
        SecretId: stage.secretArn,
        SecretString: JSON.stringify({ ...value, ...other }),
      })
    one.clock.advance(2 * HOUR_MS)
    const token = stage.begin()
    await stage.steps(token, ['createSecret'])
    expect(await failure(stage.step('setSecret', token))).toMatchObject(refusal)
    expect(valuesAt(one)).toEqual([SECRET, currentOf(one)])
  })

  test('but it is where labels were moved back by hand', async () => {
    const one = await stageCognito()
    await rotate(one)
    await rotate(one)
    const { stage } = one
    const [older, newer] = valuesAt(one)
    const [current, previous] = ['AWSCURRENT', 'AWSPREVIOUS'].map(
      (label) => Object.entries(stage.labels()).find(([, labels]) => labels.includes(label))?.[0] ?? '',
    )
    stage.model.call('UpdateSecretVersionStage', {
      SecretId: stage.secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: previous ?? '',
      RemoveFromVersionId: current ?? '',
    })
    expect(currentOf(one)).toBe(older)
    await rotate(one)
    expect(valuesAt(one)).toEqual([older, currentOf(one)])
    expect(valuesAt(one)).not.toContain(newer)
  })
})
