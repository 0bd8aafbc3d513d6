import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesOf, isTest, MANIFEST, textOf } from './tree.ts'

const LONGEST_FILE = 300
const scripts = MANIFEST.scripts

describe('a file fits on a few screens', () => {
  test(`no source has more than ${LONGEST_FILE} lines`, () => {
    const linesOf = (file: string) => textOf(file).trimEnd().split('\n').length
    const long = filesOf('**/*.ts').filter((file) => linesOf(file) > LONGEST_FILE)
    expect(long.map((file) => `${file}: ${linesOf(file)} lines`)).toEqual([])
  })
})

describe('the tree speaks of no machine', () => {
  // In pieces, so that this file does not match itself.
  const FOREIGN = new RegExp(
    [
      `/${'work'}/`,
      `/${'home'}/(?!<)[a-z]`,
      `/${'root'}/`,
      `/${'Users'}/[A-Za-z]`,
      `[A-Z]:\\\\${'Users'}`,
    ].join('|'),
  )
  const texts = filesOf('**/*.{ts,js,mjs,json,md,yaml,yml,sh}', '.ci/*', 'LICENSE', '.npmrc', '.gitignore')

  test('no file has a path of somebody’s machine', () => {
    const found = texts.flatMap((file) =>
      textOf(file)
        .split('\n')
        .filter((line) => FOREIGN.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(found).toEqual([])
  })

  test('the lock file names no registry', () => {
    expect(textOf('package-lock.json')).not.toContain('"resolved"')
  })
})

describe('each provider has the same shape', () => {
  const folders = filesOf('providers/*/index.ts').map(dirname)
  const HEADINGS = [
    'What it rotates',
    'Strategy',
    'Secret shape',
    'Permissions at the target',
    'Network',
    'When it fails',
    'Tested against',
  ]

  test.each(folders)('%s has the files that every provider has', (folder) => {
    const present = filesOf(`${folder}/*`)
    const expected = ['index.ts', 'provider.ts', 'schema.ts', 'README.md'].map((name) => `${folder}/${name}`)
    expect(present).toEqual(expect.arrayContaining(expected))
    expect(present.some(isTest), 'a test').toBe(true)
  })

  test.each([...folders, 'cli/templates/provider'])(
    '%s/README.md has the headings that every provider page has, in order',
    (folder) => {
      const headings = [...textOf(`${folder}/README.md`).matchAll(/^## (.+)$/gm)].map(
        ([, heading]) => heading,
      )
      expect(headings.filter((heading) => HEADINGS.includes(heading ?? ''))).toEqual(HEADINGS)
    },
  )

  test('each is an entrance of the package', () => {
    const entrances = Object.keys(MANIFEST.exports).filter((name) => name.startsWith('./providers/'))
    expect(entrances.sort()).toEqual(folders.map((folder) => `./${folder}`))
  })
})

test('the guide through shared/local names each of its folders, and what is beside them', () => {
  const named = [...textOf('shared/local/README.md').matchAll(/`([a-z-]+\/|start\.ts)`/g)].map(
    ([, name]) => name,
  )
  const entries = filesOf('shared/local/**/*.ts')
    .map((file) => file.slice('shared/local/'.length).replace(/\/.*/, '/'))
    .filter((entry) => !isTest(entry) && !['index.ts', 'errors.ts', 'test-local.ts'].includes(entry))
  expect(named.toSorted()).toEqual([...new Set(entries)].sort())
})

test('the commands that the documentation and .ci/run name exist', () => {
  const BUILT_IN = ['ci', 'init', 'install', 'pack', 'publish', 'run']
  const partners = JSON.parse(textOf('cli/templates/provider/_package.json')).scripts
  const missing = filesOf('*.md', 'docs/**/*.md', 'providers/**/*.md', '.ci/run').flatMap((page) => {
    // That page is read in a partner's package.
    const known = page === 'docs/writing-a-provider.md' ? partners : scripts
    return [...textOf(page).matchAll(/(?<=`|^|&& )npm (?:run ([\w:-]+)|([a-z][\w:-]*))/gm)]
      .filter(([, script, command = '']) =>
        script === undefined
          ? !BUILT_IN.includes(command) && known[command] === undefined
          : known[script] === undefined,
      )
      .map(([text]) => `${page}: ${text}`)
  })
  expect(missing).toEqual([])
})

test('each entrance of the package is built from a source', () => {
  const entrances = Object.values(MANIFEST.exports).filter((entrance) => typeof entrance === 'object')
  const sources = entrances.map(({ default: file }) =>
    file.replace('./dist/lib/', '').replace(/\.js$/, '.ts'),
  )
  expect(filesOf(...sources)).toEqual([...sources].sort())
  for (const { types, default: file } of entrances) expect(types).toBe(file.replace(/\.js$/, '.d.ts'))
})
