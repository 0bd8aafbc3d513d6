import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { type Connect, type OpenRequest, type Session, seal } from 'quarterturn/provider'
import { createExampleTarget, type ExampleTargetSecret } from '../src/index.ts'
import { startTarget, type TestTarget } from './server.ts'

/** A session as the engine opens one, with `first` as the current password and `second` as the pending one. */
async function opened(
  t: TestContext,
  { username = 'reader', connect }: { readonly username?: string; readonly connect?: Connect } = {},
): Promise<{ target: TestTarget; session: Session }> {
  const target = await startTarget()
  target.addUser('reader', 'first')
  const { url } = target
  const secret = { engine: 'example-target' as const, url, username, password: 'first' }
  const request: OpenRequest<ExampleTargetSecret> = {
    values: { current: seal(secret), pending: seal({ ...secret, password: 'second' }) },
    strategy: 'single-user',
    mark: 'test',
    signal: new AbortController().signal,
    timeLeftMs: () => 10_000,
    ...(connect && { connect }),
  }
  const session = createExampleTarget({ allowClearTextLoopback: true }).open(request)
  t.after(async () => {
    await session.close()
    await target.close()
  })
  return { target, session }
}

const verdictOf = async (session: Session, who: 'current' | 'pending' = 'current'): Promise<string> =>
  (await session.probe({ who, at: 'writer' })).verdict

const change = (session: Session) => session.apply({ from: 'current', to: 'pending', as: 'current' })

test('the password in force is accepted, as the user that the target names', async (t) => {
  const { session } = await opened(t)
  assert.deepEqual(await session.probe({ who: 'current', at: 'writer' }), {
    verdict: 'accepted',
    as: 'reader',
  })
})

test('another password is rejected, and so is a user that does not exist', async (t) => {
  assert.equal(await verdictOf((await opened(t)).session, 'pending'), 'rejected')
  assert.equal(await verdictOf((await opened(t, { username: 'nobody' })).session), 'rejected')
})

test('a locked user is barred, and no other password is tried', async (t) => {
  const { target, session } = await opened(t)
  target.addUser('reader', 'first', { isLocked: true })
  assert.equal(await verdictOf(session), 'barred')
})

test('a target that names another user proves nothing', async (t) => {
  const { target, session } = await opened(t)
  target.addUser('reader', 'first', { shownAs: 'guest' })
  assert.equal(await verdictOf(session), 'unknown')
})

test('a target that does not answer says nothing about the password', async (t) => {
  const { target, session } = await opened(t)
  await target.close()
  assert.equal(await verdictOf(session), 'unknown')
})

test('a host that the deployment does not allow is not connected to', async (t) => {
  const asked: unknown[] = []
  const connect: Connect = (to) => {
    asked.push(to)
    return new Socket().destroy(new Error('not allowed'))
  }
  const { target, session } = await opened(t, { connect })
  assert.equal(await verdictOf(session), 'unknown')
  await assert.rejects(change(session))
  const to = { host: '127.0.0.1', port: target.port }
  assert.deepEqual(asked, [to, to])
  assert.deepEqual(target.log, [])
})

test('a second, identical change is superseded and changes nothing', async (t) => {
  const { target, session } = await opened(t)
  assert.deepEqual(await change(session), { result: 'applied' })
  assert.deepEqual(await change(session), { result: 'superseded' })
  assert.equal(target.users.get('reader')?.password, 'second')
})

test('a late change does not overwrite a newer password', async (t) => {
  const { target, session } = await opened(t)
  target.addUser('reader', 'third')
  assert.deepEqual(await change(session), { result: 'superseded' })
  assert.equal(target.users.get('reader')?.password, 'third')
})

test('a closed session sends nothing, and may be closed again', async (t) => {
  const { target, session } = await opened(t)
  await session.close()
  await session.close()
  await assert.rejects(change(session))
  assert.equal(target.users.get('reader')?.password, 'first')
})

test('closing ends a change that is under way', async (t) => {
  const { target, session } = await opened(t)
  target.mishaps.push('stall')
  const changing = assert.rejects(change(session))
  while (target.mishaps.length > 0) await setImmediate()
  await session.close()
  await changing
})

test('no error repeats a password', async (t) => {
  const { target, session } = await opened(t)
  for (const mishap of ['cut before', 'cut after', 500] as const) {
    target.mishaps.push(mishap)
    target.addUser('reader', 'first')
    await assert.rejects(
      change(session),
      (error: Error) => !/first|second|Zmlyc3|c2Vjb25k/.test(error.message),
    )
  }
})
