import { describe, expect, test } from 'vitest'
import { filesOf, type Import, importsOf, isTest, MANIFEST, packageOf, textOf } from './tree.ts'

const sources = filesOf('{shared,providers,handlers,cli}/**/*.ts')
// Templates ship as text: the package that they become has imports of its own.
const shipped = sources.filter((file) => !isTest(file) && !file.startsWith('cli/templates/'))
const imports = shipped.flatMap(importsOf)

const areaOf = (file: string): string => file.split('/', 1)[0] ?? ''
const shown = ({ from, specifier }: Import): string => `${from} imports ${specifier}`

/** Which areas each area may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  handlers: ['providers', 'shared'],
  cli: ['providers', 'shared'],
  providers: ['shared'],
  shared: [],
}

describe('imports point one way', () => {
  test('handlers use providers and shared, providers use shared, shared stands alone', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (to === undefined || areaOf(to) === areaOf(from)) return false
      return !(ALLOWED[areaOf(from)] ?? []).includes(areaOf(to))
    })
    expect(wrong.map(shown)).toEqual([])
  })

  test('a provider opens no connection by itself: the engine decides which hosts may be reached', () => {
    const files = filesOf('providers/**/*.ts').filter((file) => !isTest(file))
    const opens =
      /\bfetch\(|from 'node:(?:http|https|http2|dgram|dns)\b|(?<!type )\{[^}]*\bconnect\b[^}]*\} from 'node:net'/
    expect(files.filter((file) => opens.test(textOf(file)))).toEqual([])
    expect(files.length).toBeGreaterThan(20)
  })

  test('a provider imports no other provider', () => {
    const folderOf = (file: string) => /^providers\/[^/]+\//.exec(file)?.[0]
    const wrong = imports.filter(({ from, to = '' }) => {
      const [own, other] = [folderOf(from), folderOf(to)]
      return own !== undefined && other !== undefined && own !== other
    })
    expect(wrong.map(shown)).toEqual([])
  })

  test('what ships imports no test', () => {
    expect(imports.filter(({ to }) => to !== undefined && isTest(to)).map(shown)).toEqual([])
  })

  test('an import names the file, with its ending', () => {
    const files = filesOf('{shared,providers,handlers,cli}/**/*.{ts,json}')
    expect(imports.filter(({ to }) => to !== undefined && !files.includes(to)).map(shown)).toEqual([])
  })

  test('the parts of shared do not import each other in a circle', () => {
    const partOf = (file: string) => /^shared\/[^/]+/.exec(file)?.[0] ?? ''
    const uses = new Map<string, Set<string>>()
    for (const { from, to } of imports)
      if (to?.startsWith('shared/') && from.startsWith('shared/') && partOf(from) !== partOf(to))
        uses.set(partOf(from), (uses.get(partOf(from)) ?? new Set()).add(partOf(to)))
    expect(circlesIn(uses)).toEqual([])
  })
})

test('what ships imports the dependencies, and all of them', () => {
  const used = new Set(imports.flatMap(({ specifier }) => packageOf(specifier) ?? []))
  const listed = Object.keys(MANIFEST.dependencies)
  expect([...used].filter((name) => !listed.includes(name))).toEqual([])
  expect(listed.filter((name) => !used.has(name))).toEqual([])
})

function circlesIn(uses: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles = new Set<string>()
  const walk = (node: string, path: readonly string[]) => {
    const seenAt = path.indexOf(node)
    if (seenAt >= 0) {
      // The same circle is met from each of its members; sorted, it is one.
      circles.add(path.slice(seenAt).sort().join(' ↔ '))
      return
    }
    for (const next of uses.get(node) ?? []) walk(next, [...path, node])
  }
  for (const node of uses.keys()) walk(node, [])
  return [...circles]
}
