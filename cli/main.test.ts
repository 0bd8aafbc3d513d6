import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MANIFEST, ROOT, textOf } from '../test/tree.ts'
import { HELP } from './help.ts'
import { runCommand } from './test-run.ts'

/** Runs the command in this process, where it writes nothing. */
const quarterturn = (...args: readonly string[]) => runCommand(args)

describe('the command', () => {
  test.each(['--help', '-h'])('%s says what there is', async (option) => {
    expect(await quarterturn(option)).toEqual({ status: 0, out: HELP, err: '' })
  })

  test('help has every command, and none of its lines is wide', () => {
    for (const command of ['provider new <name>', 'provider setup <provider>', 'local'])
      expect(HELP).toContain(`\n  ${command} `)
    expect(HELP.split('\n').filter((line) => line.length > 110)).toEqual([])
  })

  test.each(['--version', '-v'])('%s says the version of the package', async (option) => {
    const { version } = JSON.parse(textOf('package.json'))
    expect(await quarterturn(option)).toEqual({ status: 0, out: `${version}\n`, err: '' })
  })

  test.each([
    [[], 'a command is missing'],
    [['rotate'], '`rotate` is no command; there is `provider new`, `provider setup`, `local`'],
    [['provider'], '`provider` is no command; there is `provider new`, `provider setup`'],
    [
      ['provider', 'nwe', 'acme'],
      '`provider nwe acme` is no command; there is `provider new`, `provider setup`',
    ],
    [['--colour'], '--colour is no option; leave it out'],
  ])('%j is refused, and the help is named', async (args, problem) => {
    const { status, out, err } = await quarterturn(...args)
    expect(err).toBe(`quarterturn: ${problem}\n\`quarterturn --help\` shows what there is.\n`)
    expect({ status, out }).toEqual({ status: 2, out: '' })
  })
})

test('the file that npm links runs from a checkout without a build', async () => {
  const bin = join(ROOT, MANIFEST.bin.quarterturn)
  const { stdout } = await promisify(execFile)(process.execPath, [bin, '--help'])
  expect(stdout).toBe(HELP)
})
