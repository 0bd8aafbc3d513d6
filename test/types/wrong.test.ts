import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { filesOf, ROOT, textOf } from '../tree.ts'

/** Each but the parts says in its first line what the compiler has to say about it. */
const wrong = filesOf('test/types/wrong/*.ts').filter((file) => !file.endsWith('/parts.ts'))

let errors: readonly { readonly file: string; readonly message: string }[] = []
beforeAll(() => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const project = join('test', 'types', 'wrong')
  const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', 'false', '-p', project], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  // A message goes on in the lines that are indented.
  errors = stdout.split(/\n(?! )/).flatMap((text) => {
    const [, file, message] = /^(.+?)\(\d+,\d+\): error ([\s\S]+)$/.exec(text) ?? []
    return file === undefined || message === undefined ? [] : [{ file, message }]
  })
})

test.each(wrong)('%s does not compile, and the error names what is wrong', (file) => {
  const [, says] = /^\/\/ says: (.+)$/m.exec(textOf(file)) ?? []
  const messages = errors.filter((error) => error.file === file).map(({ message }) => message)
  expect(messages).toEqual([expect.stringContaining(says ?? 'nothing is said in its first line')])
})

test('nothing else is wrong', () => {
  expect([...new Set(errors.map(({ file }) => file))].sort()).toEqual(wrong)
})
