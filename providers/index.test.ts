import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readConfig } from '../shared/config.ts'
import { everyProvider } from './index.ts'

test('the lists name every folder, and nothing else', async () => {
  const entries = await readdir(new URL('.', import.meta.url), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect(everyProvider.map(({ name }) => name).toSorted()).toEqual(folders.sort())
})

test.each(everyProvider)('$name serves what the list says', async ({ name, engines, types = [], load }) => {
  const provider = await load(readConfig({}))
  expect(provider.name).toBe(name)
  expect(provider.serves.engines).toEqual(engines)
  expect(provider.serves.types ?? []).toEqual(types)
})

test('the list itself loads no provider', async () => {
  const source = await readFile(new URL('index.ts', import.meta.url), 'utf8')
  expect(source).not.toMatch(/^import .*from '\.\//m)
})
