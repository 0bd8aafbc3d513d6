import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { everyProvider } from '../providers/index.ts'
import { readConfig } from '../shared/config.ts'

/** A function bundles only its own driver, so its handler repeats what the registry says of its provider. */
test.each(everyProvider)(
  'rotate-$name serves what the registry says, and is what the provider says',
  async (entry) => {
    const source = readFileSync(join(import.meta.dirname, `rotate-${entry.name}.ts`), 'utf8')
    expect(source).toContain(`name: '${entry.name}',`)
    expect(source).toContain(`engines: [${entry.engines.map((engine) => `'${engine}'`).join(', ')}],`)
    expect(source).not.toContain(`from '../providers/`)

    const provider = await entry.load(readConfig({}))
    expect(provider.name).toBe(entry.name)
    expect(provider.serves.engines).toEqual(entry.engines)
  },
)

test('each provider has a handler of its own, and there is one for all', () => {
  const handlers = readdirSync(import.meta.dirname).filter((name) => /^[a-z-]+\.ts$/.test(name))
  expect(handlers.toSorted()).toEqual(
    ['rotate.ts', ...everyProvider.map(({ name }) => `rotate-${name}.ts`)].toSorted(),
  )
})
