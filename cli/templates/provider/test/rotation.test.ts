import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CALM } from 'quarterturn/local'
import { createExampleTarget } from '../src/index.ts'
import { type LocalRotationOptions, underLocalSecretsManager } from './local.ts'
import { startTarget } from './server.ts'

/** The target with one user, and a secret for it. The target is closed when the test ends. */
async function fresh(t: TestContext, options: LocalRotationOptions = {}) {
  const target = await startTarget()
  t.after(() => target.close())
  target.addUser('reader', 'first')
  const provider = createExampleTarget({ allowClearTextLoopback: true })
  const secret = {
    engine: 'example-target',
    url: target.url,
    username: 'reader',
    password: 'first',
    team: 'blue',
  }
  const local = underLocalSecretsManager(provider, secret, { unpublished: CALM, ...options })
  const signsIn = (value: { readonly [key: string]: unknown } | undefined): boolean =>
    value !== undefined && target.users.get('reader')?.password === value['password']
  return { target, local, signsIn }
}

test('after a rotation the new password is current and signs in, and the old one does not', async (t) => {
  const { target, local, signsIn } = await fresh(t)
  assert.deepEqual(await local.rotate(), [])
  assert.notEqual(target.users.get('reader')?.password, 'first')
  assert.ok(signsIn(local.valueUnder('AWSCURRENT')))
  assert.equal(local.valueUnder('AWSPREVIOUS')?.['password'], 'first')
  assert.equal(local.valueUnder('AWSCURRENT')?.['team'], 'blue', 'keys that are not ours are kept')
  assert.equal(target.failedSignIns, 0)
  const [record] = local.evidence
  assert.deepEqual(record?.newCredential, { verdict: 'accepted', as: 'reader' })
})

test('a change whose reply is lost is found done, and the rotation finishes', async (t) => {
  const { target, local, signsIn } = await fresh(t, { unpublished: { ...CALM, retries: 1 } })
  target.mishaps.push('cut after')
  assert.deepEqual(await local.rotate(), ['TARGET_UNREACHABLE'])
  assert.notEqual(target.users.get('reader')?.password, 'first')
  assert.ok(signsIn(local.valueUnder('AWSCURRENT')))
})

for (const mishap of ['cut before', 500, 302] as const)
  test(`a change that ends with ${mishap} leaves the current password in force; the next try works`, async (t) => {
    const { target, local, signsIn } = await fresh(t)
    target.mishaps.push(mishap)
    assert.deepEqual(await local.rotate(), ['TARGET_UNREACHABLE'])
    assert.ok(signsIn(local.valueUnder('AWSCURRENT')))
  })

test('a password that the policy refuses is given up, and the current one stays', async (t) => {
  const { target, local, signsIn } = await fresh(t)
  target.troubles.add('strict')
  assert.deepEqual(await local.rotate(), ['PENDING_UNUSABLE'])
  assert.ok(signsIn(local.valueUnder('AWSCURRENT')))
})

test('a user that may not change its password is told so before anything is written', async (t) => {
  const { target, local, signsIn } = await fresh(t)
  target.addUser('reader', 'first', { mayChangePassword: false })
  assert.deepEqual(await local.rotate(), ['PRIVILEGE_MISSING'])
  assert.ok(signsIn(local.valueUnder('AWSCURRENT')))
})

for (let seed = 1; seed <= 20; seed += 1)
  test(`steps that come twice, late or again lock nobody out (seed ${seed})`, async (t) => {
    const { target, local, signsIn } = await fresh(t, { seed, unpublished: {} })
    if (seed % 2 === 0) target.mishaps.push('cut after')
    await local.rotate()
    assert.ok(signsIn(local.valueUnder('AWSCURRENT')) || signsIn(local.valueUnder('AWSPENDING')))
  })
