import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Local, startLocal } from './index.ts'
import { createAndRotate, rotation, start, storedIn, VALUE } from './test-local.ts'

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
    [
      'incomplete',
      (text: string) => text.replace('"labels"', '"lables"'),
      'it is damaged: its state is not complete',
    ],
    ['of another kind', () => '{"a":1}', 'it holds something else'],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2'), 'another version'],
    ['empty', () => '', 'it is damaged'],
  ])('%s is refused and stays as it is', async (_what, spoil, message) => {
    const { local, client } = await start({ dataFile: fileIn() })
    await client.send(new CreateSecretCommand({ Name: 'db', SecretString: VALUE }))
    await local.close()
    const spoilt = spoil(readFileSync(fileIn(), 'utf8'))
    writeFileSync(fileIn(), spoilt)
    const refused = await startLocal({ dataFile: fileIn() }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'DataFileError', message: expect.stringContaining(message) })
    expect(String(refused)).not.toContain(VALUE)
    expect(readFileSync(fileIn(), 'utf8')).toBe(spoilt)
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
    writeFileSync(fileIn(), '')
    rmSync(fileIn())
    const { local } = await start({ dataFile: fileIn() })
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
