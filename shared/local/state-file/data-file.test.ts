import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Local, startLocal } from '../index.ts'
import { createAndRotate, rotation, start, storedIn, VALUE } from '../test-local.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quarterturn-local-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the state in a file', () => {
  const fileIn = () => join(folder, 'state.json')

  test('outlives the process, for its owner alone', async () => {
    const { local, client } = await start({ dataFile: fileIn() })
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    // Written before the answer left, and not only in the end.
    expect(readFileSync(fileIn(), 'utf8')).toContain(VALUE)
    expect(statSync(fileIn()).mode & 0o777).toBe(0o600)
    const before = local.overview()
    expect(await local.close()).toBe(true)
    const second = await start({ dataFile: fileIn() })
    expect(second.local.overview()).toEqual(before)
    expect(await storedIn(second.client, 'db')).toBe(VALUE)
  })

  test('goes on with what chance would have given', async () => {
    const drawn = (local: Local) => local.model.call('GetRandomPassword', {}).RandomPassword
    const { local } = await start({ dataFile: fileIn() })
    drawn(local)
    await local.close()
    const [kept, whole] = [await start({ dataFile: fileIn() }), await start()]
    drawn(whole.local)
    expect(drawn(kept.local)).toBe(drawn(whole.local))
  })

  test('lists go on in the order that they had', async () => {
    const listed = (local: Local) =>
      local.model.call('ListSecrets', {}).SecretList.map(({ Name }: { readonly Name: string }) => Name)
    for (let seed = 1; seed <= 8; seed += 1) {
      const options = { dataFile: `${fileIn()}${seed}`, seed, unpublished: {} }
      const { local, client } = await start(options)
      for (const Name of ['a', 'b']) await client.send(new CreateSecretCommand({ Name }))
      const before = listed(local)
      await local.close()
      expect(listed((await start(options)).local)).toEqual(before)
    }
  })

  test('a rotation that was broken off begins anew and ends', async () => {
    const { local, client } = await start({
      dataFile: fileIn(),
      functions: { rotate: () => new Promise(() => {}) },
    })
    await createAndRotate(local, client, 'rotate')
    await local.close()
    const second = await start({ dataFile: fileIn() })
    second.local.addFunction(
      'rotate',
      rotation(() => second.local),
    )
    await second.local.settled()
    expect(await storedIn(second.client, 'db')).toBe('rotated')
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, -20), 'it is damaged: it is no JSON'],
    ['of another kind', () => '{"a":1}', 'it holds something else'],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2'), 'another version'],
    ['empty', () => '', 'it is damaged'],
  ])('%s is refused and stays as it is', async (_what, spoil, message) => {
    const { refused } = await spoilt(spoil)
    expect(refused).toContain(message)
  })

  // What was edited by hand meets the parsers of the API: it could fail later, in a timer that nobody waits for.
  test.each<[what: string, edit: (state: EditedState) => void, message: string]>([
    [
      'a schedule that cannot be',
      ({ secret }) => (secret['rotationRules'] = { ScheduleExpression: 'cron(0 8 * * ?)' }),
      'rotationRules: The cron() expression needs six fields.',
    ],
    [
      'a pace that is no pace',
      ({ secret }) => (secret['rotationRules'] = { AutomaticallyAfterDays: 0 }),
      'rotationRules.AutomaticallyAfterDays: Too small',
    ],
    ['a date that no calendar has', ({ secret }) => (secret['rotatedAtMs'] = 1e18), 'rotatedAtMs: Too big'],
    ['a name that cannot be', ({ secret }) => (secret['name'] = 'a b'), 'name: Invalid name'],
    ['an ARN of another name', ({ secret }) => (secret['name'] = 'other'), 'arn: It is no ARN of this name.'],
    [
      'an ARN of another account',
      ({ secret }) => (secret['arn'] = secret['arn'].replace('111122223333', '444455556666')),
      'arn: It is of another account or Region.',
    ],
    ['no labels', ({ secret }) => delete secret['labels'], 'labels: Invalid input: expected array'],
    [
      'a label on no version',
      ({ secret }) => (secret['labels'][0][1] = 'x'.repeat(32)),
      'labels.0: The secret has no such version.',
    ],
    [
      'a version twice',
      ({ secret }) => secret['versions'].push({ ...secret['versions'][0] }),
      'versions.1.id: It is',
    ],
    [
      'an empty value',
      ({ secret }) => (secret['versions'][0].value.SecretString = ''),
      'versions.0.value.SecretString: Too small',
    ],
    [
      'a policy that is none',
      ({ secret }) => (secret['policy'] = '{"Statement":[]}'),
      'policy: This resource policy contains a syntax error.',
    ],
    [
      'a secret twice',
      ({ secrets }) => secrets.push({ ...secrets[0] }),
      'secrets.1.name: It is given twice.',
    ],
    [
      'a one-time schedule at no time',
      ({ schedule }) => (schedule['input'].ScheduleExpression = 'at(2026-13-01T00:00:00)'),
      'schedulers.0.state.schedules.0.input: Invalid Schedule Expression',
    ],
  ])('with %s is refused and stays as it is', async (_what, edit, message) => {
    const { refused } = await spoilt((text) => {
      const file = JSON.parse(text)
      const { models, schedulers } = file.state
      const { secrets } = models[0].state
      edit({ secrets, secret: secrets[0], schedule: schedulers[0].state.schedules[0] })
      return JSON.stringify(file)
    })
    expect(refused).toMatch(/it is damaged: (models\.0\.state\.secrets\.\d\.|schedulers)/)
    expect(refused).toContain(message)
    expect(refused).toContain('; it was left as it is, so mend it or give another file')
  })

  // biome-ignore lint/suspicious/noExplicitAny: whatever an editor made of it.
  type Edited = Record<string, any>
  type EditedState = { secrets: Edited[]; secret: Edited; schedule: Edited }

  /** Writes a state, spoils it, and answers what is then said. */
  async function spoilt(spoil: (text: string) => string): Promise<{ refused: string }> {
    const { local, client } = await start({ dataFile: fileIn() })
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    local.aws.defaultAccount.scheduler().create({
      Name: 'once',
      ScheduleExpression: 'at(2099-01-01T00:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: local.functionArn('f'), RoleArn: 'arn:aws:iam::111122223333:role/scheduler' },
    })
    await local.close()
    const text = spoil(readFileSync(fileIn(), 'utf8'))
    writeFileSync(fileIn(), text)
    const refused = await startLocal({ dataFile: fileIn() }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'DataFileError' })
    expect(String(refused)).not.toContain(VALUE)
    expect(readFileSync(fileIn(), 'utf8')).toBe(text)
    expect(readdirSync(folder)).toEqual(['state.json'])
    return { refused: String(refused) }
  }

  test('holds what happened without a request within a second', async () => {
    const { local } = await start({ dataFile: fileIn() })
    const text = () => (existsSync(fileIn()) ? readFileSync(fileIn(), 'utf8') : '')
    local.model.call('CreateSecret', {
      Name: 'db',
      SecretString: VALUE,
      ClientRequestToken: 'x'.repeat(32),
    })
    await vi.waitFor(() => expect(text()).toContain(VALUE), { timeout: 5000 })
    local.aws.defaultAccount.scheduler().create({
      Name: 'once',
      ScheduleExpression: 'at(2026-01-01T00:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: { Arn: local.functionArn('f'), RoleArn: 'arn:aws:iam::111122223333:role/scheduler' },
    })
    await vi.waitFor(() => expect(text()).toContain('at(2026-01-01T00:00:00)'), { timeout: 5000 })
  })

  test('holds what a tick began and what a rotation ended, at once', async () => {
    const { local, client } = await start({
      dataFile: fileIn(),
      functions: { rotate: (event) => rotation(() => local)(event) },
    })
    await createAndRotate(local, client, 'rotate')
    await local.settled()
    await new Promise((resolve) => setImmediate(resolve))
    const secretInFile = () => JSON.parse(readFileSync(fileIn(), 'utf8')).state.models[0].state.secrets[0]
    expect(secretInFile()).not.toHaveProperty('rotation')
    local.model.call('RotateSecret', {
      SecretId: 'db',
      RotationRules: { AutomaticallyAfterDays: 1 },
      ClientRequestToken: 'x'.repeat(32),
    })
    await local.settled()
    local.aws.clock.advance(3 * 86_400_000)
    expect(local.runDue()).toHaveLength(1)
    expect(secretInFile()).toMatchObject({ rotation: { kind: 'rotation' } })
    await local.settled()
  })

  test('is not written any more by whoever gave it free', async () => {
    const { local, client } = await start({ dataFile: fileIn(), functions: { rotate: () => null } })
    await createAndRotate(local, client, 'rotate')
    await local.close()
    rmSync(fileIn())
    await local.settled()
    await new Promise((resolve) => setImmediate(resolve))
    expect(existsSync(fileIn())).toBe(false)
  })

  test('is for one process at a time, and free again after it', async () => {
    const { local } = await start({ dataFile: fileIn() })
    await expect(startLocal({ dataFile: fileIn() })).rejects.toThrow(`process ${process.pid} uses it`)
    await local.close()
    await start({ dataFile: fileIn() })
  })

  test('is free when whoever had it is gone', async () => {
    writeFileSync(`${fileIn()}.lock`, '999999999\n')
    await start({ dataFile: fileIn() })
  })

  test('may be reached through a link, which stays', async () => {
    const link = join(folder, 'link.json')
    const { local, client } = await start({ dataFile: fileIn() })
    await client.send(new CreateSecretCommand({ Name: 'first', SecretString: 'one' }))
    await local.close()
    symlinkSync(fileIn(), link)
    const second = await start({ dataFile: link })
    second.local.model.call('CreateSecret', {
      Name: 'db',
      SecretString: VALUE,
      ClientRequestToken: 'x'.repeat(32),
    })
    await second.local.close()
    expect(readFileSync(fileIn(), 'utf8')).toContain(VALUE)
  })

  test.each([
    ['a folder that is not there', () => join(folder, 'none', 'state.json'), 'there is no folder'],
    ['a folder in its place', () => folder, 'it is no file'],
  ])('%s is told', async (_what, path, message) => {
    await expect(startLocal({ dataFile: path() })).rejects.toThrow(message)
  })

  test('that cannot be written is told once, and again written when it can', async () => {
    const troubles: unknown[] = []
    const { local, client } = await start({ dataFile: fileIn(), onNotKept: (error) => troubles.push(error) })
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    // A folder where the next file is to be made: for root, too, there is no way past it.
    const inTheWay = `${fileIn()}.new`
    mkdirSync(join(inTheWay, 'x'), { recursive: true })
    for (const SecretString of ['two', 'three'])
      await client.send(new PutSecretValueCommand({ SecretId: 'db', SecretString }))
    expect(troubles.map(String)).toEqual([expect.stringMatching(/^DataFileError: it cannot be written/)])
    expect(readFileSync(fileIn(), 'utf8')).toContain(VALUE)
    rmSync(inTheWay, { recursive: true })
    chmodSync(fileIn(), 0o644)
    expect(await local.close()).toBe(true)
    expect(readFileSync(fileIn(), 'utf8')).toContain('three')
    expect(statSync(fileIn()).mode & 0o777).toBe(0o600)
  })
})
