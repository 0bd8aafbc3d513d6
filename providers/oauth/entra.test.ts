import { describe, expect, test } from 'vitest'
import { entra, GRAPH_SCOPE } from '../../test/servers/oauth/entra.ts'
import { failure } from '../../test/simulation/failure.ts'
import { currentOf, HOUR_MS, type OauthStage, rotate, stageOauth } from './test-rotation.ts'

const CLIENT = '11111111-2222-3333-4444-555555555555'
const SECRET = 'ab1~made-by-hand-0123456789-canary'

const setUp = (scope = `api ${GRAPH_SCOPE}`) =>
  stageOauth({
    authority: { vendor: entra, clients: { [CLIENT]: { secret: SECRET, by: 'post', scope } } },
    secret: (url) => ({
      profile: 'entra',
      loginUrl: url,
      graphUrl: url,
      tenantId: '99999999-8888-7777-6666-555555555555',
      clientId: CLIENT,
      clientSecret: SECRET,
      secretId: `by-hand-${CLIENT}`,
      scope: 'api',
    }),
  })

const passwordsOf = ({ authority }: OauthStage) => [...authority.book.of(CLIENT).values()]

describe('an application of Microsoft Entra ID', () => {
  test('is rotated with its own rights, asks at its tenant, and marks what it makes', async () => {
    const one = await setUp()
    await rotate(one)
    const [, made] = passwordsOf(one)
    expect(one.stage.value('AWSCURRENT')).toMatchObject({ secretId: made?.id, clientSecret: made?.value })
    expect(made?.name).toMatch(/^quarterturn\.[0-9a-f]{16}\.[0-9a-f]{16}\.1$/)
    expect(one.authority.seen).toContain('POST /99999999-8888-7777-6666-555555555555/oauth2/v2.0/token')
    expect(one.stage.reports[0]?.notes).toEqual([
      expect.stringMatching(/the new credential expires at 2028-01-01/),
    ])
  })

  test('is waited for while the token endpoint has not heard of the new secret', async () => {
    const one = await setUp()
    one.authority.book.settlesAfter = 4
    await rotate(one)
    expect(one.authority.book.accepts(CLIENT, currentOf(one))).toBe(true)
  })

  test('is not given up within its time, and is afterwards', async () => {
    const one = await setUp()
    one.authority.book.settlesAfter = 1_000
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret'])
    expect((await failure(one.stage.step('setSecret', token, { timeLeftMs: 4_000 }))).code).toBe(
      'MINT_NOT_SETTLED',
    )
    expect(one.stage.labels()[token]).toContain('AWSPENDING')
    one.clock.advance(180_000)
    expect((await failure(one.stage.step('setSecret', token))).code).toBe('MINT_REFUSED')
    one.authority.book.settlesAfter = 0
    one.stage.model.endRotation(one.stage.secretArn, 'Failed')
    await rotate(one)
    expect(one.authority.book.accepts(CLIENT, currentOf(one))).toBe(true)
  })

  test('loses the secret that was replaced with the rotation after, and keeps those of others', async () => {
    const one = await setUp()
    one.authority.book.add(CLIENT, 'of-somebody-else', { name: 'portal' })
    for (const _ of [1, 2, 3]) await rotate(one)
    expect(passwordsOf(one).map(({ name }) => name)).toEqual([
      'portal',
      expect.stringMatching(/^quarterturn/),
      expect.stringMatching(/^quarterturn/),
    ])
    expect(one.stage.evidence.at(-1)?.orphans).toEqual([expect.stringMatching(/made by hand/)])
  })

  test('issues another where the reply was lost, and the lost one goes', async () => {
    const one = await setUp()
    const token = one.stage.begin()
    one.authority.loses = (seen) => seen.endsWith('/addPassword')
    expect((await failure(one.stage.step('createSecret', token))).code).toBe('TARGET_UNREACHABLE')
    expect(passwordsOf(one)).toHaveLength(2)
    one.authority.loses = () => false
    await one.stage.steps(token)
    expect(passwordsOf(one).map(({ name }) => name.slice(-2))).toEqual(['', '.2'])
  })

  test('takes a revocation that came twice for done', async () => {
    const one = await setUp()
    await rotate(one)
    one.clock.advance(2 * HOUR_MS)
    const token = one.stage.begin()
    await one.stage.steps(token, ['createSecret', 'setSecret', 'testSecret'])
    one.authority.loses = (seen) => seen.endsWith('/removePassword')
    expect((await failure(one.stage.step('finishSecret', token))).code).toBe('TARGET_UNREACHABLE')
    one.authority.loses = () => false
    await one.stage.steps(token, ['finishSecret'])
    expect(passwordsOf(one)).toHaveLength(2)
  })

  test('says which permission is missing, and how it is given', async () => {
    const one = await setUp('api')
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error).toMatchObject({
      code: 'PRIVILEGE_MISSING',
      remedy: expect.stringMatching(/az ad app owner add/),
    })
  })

  test.each([429, 500, 503])('waits where Graph answers %d', async (status) => {
    const one = await setUp()
    one.authority.answers = (seen) =>
      seen.startsWith('GET /v1.0/') ? { status, body: { error: SECRET } } : undefined
    const error = await failure(one.stage.step('createSecret', one.stage.begin()))
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE', retryable: true })
    expect(error.message).not.toContain(SECRET)
  })
})
