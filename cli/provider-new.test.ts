import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesOf, MANIFEST, textOf } from '../test/tree.ts'
import { PROVIDER_NEW_HELP } from './help.ts'
import { runCommand } from './test-run.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'quarterturn-cli-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

/** Runs `quarterturn provider new …` in the temporary folder. */
const providerNew = (...args: readonly string[]) => runCommand(['provider', 'new', ...args], cwd)

const writtenIn = (folder: string): readonly string[] =>
  readdirSync(join(cwd, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(cwd, folder, '/').length))
    .sort()
const read = (...path: readonly string[]): string => readFileSync(join(cwd, ...path), 'utf8')

describe('what is written', () => {
  test('is the package that is checked in as the example', async () => {
    expect(await providerNew('example', '--into', 'example')).toMatchObject({ status: 0, err: '' })
    const folder = 'examples/provider-example'
    const checkedIn = filesOf(`${folder}/**/*.*`, `${folder}/.*`)
      .filter((file) => !file.endsWith('package-lock.json'))
      .map((file) => file.slice(folder.length + 1))
    expect(writtenIn('example'), 'run `npm run example:write`').toEqual(checkedIn)
    for (const file of checkedIn) expect(read('example', file), file).toBe(textOf(`${folder}/${file}`))
  })

  test('has the name in each form, and nothing of the template’s', async () => {
    await providerNew('acme-mail')
    const folder = 'quarterturn-provider-acme-mail'
    const files = writtenIn(folder)
    expect(files).toContain('handlers/rotate-acme-mail.ts')
    const all = files.map((file) => read(folder, file)).join('\n')
    expect(all).toMatch(/createAcmeMail\b[\s\S]*ACME_MAIL_ALLOW[\s\S]*RotateAcmeMailFunction/)
    expect(all + files.join()).not.toMatch(/example[- _]?target/i)
  })

  test('depends on the versions that Quarterturn is tested with', async () => {
    await providerNew('acme')
    const { version } = JSON.parse(textOf('package.json'))
    const written = JSON.parse(read('quarterturn-provider-acme', 'package.json'))
    expect(written.dependencies).toEqual({ quarterturn: version, zod: MANIFEST.dependencies['zod'] })
    for (const [name, pinned] of Object.entries(written.devDependencies))
      expect(pinned, name).toBe(MANIFEST.devDependencies[name])
  })

  test('depends on an archive by its place beside the package', async () => {
    writeFileSync(join(cwd, 'quarterturn-0.1.0.tgz'), '')
    const { out } = await providerNew('acme', '--quarterturn', 'quarterturn-0.1.0.tgz')
    expect(out).toMatch(/cd quarterturn-provider-acme\n {2}npm install\n {2}npm test\n$/)
    const { dependencies } = JSON.parse(read('quarterturn-provider-acme', 'package.json'))
    expect(dependencies.quarterturn).toBe('file:../quarterturn-0.1.0.tgz')
  })

  test('goes into an empty folder that is there', async () => {
    mkdirSync(join(cwd, 'mine'))
    expect((await providerNew('acme', '--into', 'mine')).status).toBe(0)
    expect(writtenIn('mine')).toContain('package.json')
  })
})

describe('refused, naming the argument and the remedy', () => {
  test.each([
    [[], '<name> is missing; give the target in a word, such as acme'],
    [['acme', 'mail'], 'one <name> is enough; `mail` is too much'],
    [['AcmeMail'], '<name> `AcmeMail` is not lower-case'],
    [['postgres'], "<name> `postgres` is one of Quarterturn's own providers"],
    [['acme', '--in', 'x'], '--in is no option; leave it out'],
    [['acme', '--into'], '--into has no value; give one'],
  ])('%j', async (args, problem) => {
    const { status, out, err } = await providerNew(...args)
    expect(err).toContain(`quarterturn: ${problem}`)
    expect(err).toMatch(/\n`quarterturn provider new --help` shows what there is\.\n$/)
    expect({ status, out, written: writtenIn('') }).toEqual({ status: 2, out: '', written: [] })
  })

  test.each([
    [['--quarterturn', 'gone.tgz'], '--quarterturn gone.tgz is no file; make one by `npm pack`'],
    [['--quarterturn', 'notes.txt'], '--quarterturn notes.txt does not end with .tgz'],
    [['--into', 'notes.txt'], 'notes.txt is a file; give a folder that is absent or empty'],
    [['--into', '.'], 'is not empty, and nothing is overwritten; empty it, or give another by --into DIR'],
  ])('%j', async (args, problem) => {
    writeFileSync(join(cwd, 'notes.txt'), 'mine')
    const { status, err } = await providerNew('acme', ...args)
    expect(err).toContain(problem)
    expect({ status, written: writtenIn('') }).toEqual({ status: 1, written: ['notes.txt'] })
  })
})

test.each(['--help', '-h'])('%s says all of it, and writes nothing', async (option) => {
  expect(await providerNew('acme', option)).toEqual({ status: 0, out: PROVIDER_NEW_HELP, err: '' })
  expect(writtenIn('')).toEqual([])
})
