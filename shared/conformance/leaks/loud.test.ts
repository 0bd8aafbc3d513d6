/** A process that has every debug switch on from its start. */
import { expect, test } from 'vitest'
import { conformanceCases } from '../index.ts'
import { freshMemory, memoryProvider, signsInToMemory } from '../targets/test-memory.ts'

const run = async (loud?: URL, provider = memoryProvider('one')) =>
  await conformanceCases({
    provider,
    freshTarget: freshMemory,
    signIn: signsInToMemory,
    ...(loud === undefined ? {} : { loud }),
  })
    .find(({ name }) => name.includes('a process that has every debug switch on'))
    ?.run()

test('finds nothing in what a sound provider prints', async () => {
  expect(await run(new URL('./test-loud.ts', import.meta.url))).toMatchObject({ outcome: 'held', points: 1 })
})

test('catches a provider that looks at a switch when it is loaded', async () => {
  await expect(run(new URL('./test-loud.ts?printing', import.meta.url))).rejects.toMatchObject({
    broken: 'never leaks: a credential or token is printed when debug switches are on',
  })
})

test('says what the process ended with when it cannot begin', async () => {
  await expect(run(new URL('./no-such-module.ts', import.meta.url))).rejects.toMatchObject({
    broken: expect.stringContaining('the process with every switch on ended with 1'),
  })
})

test('is skipped without a module, by name', async () => {
  expect(await run()).toMatchObject({ outcome: 'skipped', reason: 'the options give no `loud`' })
})
