/**
 * Two ways of a partner, from the packed archive alone, at the same time, since the conformance kit mostly waits. One
 * follows `docs/writing-a-provider.md` to the letter in an empty folder. The other takes `examples/provider-example` as a
 * partner has it: installed from the packed archive in a folder of its own, tested, the conformance kit included, bundled,
 * and its Lambda function invoked by the local Secrets Manager over HTTP.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, relative } from 'node:path'
import { ROOT } from './build-options.ts'
import { install, packInto, run, temporaryFolder } from './packed.ts'

const folder = temporaryFolder()
const archive = packInto(folder)
keepWhatNpxInstalls()

const empty = join(folder, 'empty')
mkdirSync(empty)
copyFileSync(archive, join(empty, basename(archive)))
const page = inParallel('scripts/follow-page.ts', join(ROOT, 'docs', 'writing-a-provider.md'), empty)

const example = join(folder, 'provider-example')
cpSync(join(ROOT, 'examples', 'provider-example'), example, {
  recursive: true,
  filter: (path) => !/[\\/](node_modules|dist|package-lock\.json)$/.test(path),
})
const manifestFile = join(example, 'package.json')
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))
manifest.dependencies.quarterturn = `file:${relative(example, archive)}`
writeFileSync(manifestFile, JSON.stringify(manifest))
install(example)
console.log('installed from the packed archive')

console.log(run(example, 'npm', 'test', '--silent').split('\n').slice(-8).join('\n'))
const { points, cases } = JSON.parse(readFileSync(join(example, 'dist', 'conformance.json'), 'utf8'))
const skipped = cases.filter(({ outcome }: { outcome: string }) => outcome === 'skipped').length
console.log(`its report: ${points} points in ${cases.length} cases, ${skipped} of them skipped with a reason`)
assert.ok(points > 500, 'the conformance kit tried too little')
run(example, 'npm', 'run', '--silent', 'build')
const bundled = globSync('dist/rotate-example/**/*.mjs', { cwd: example })
const foreign = bundled.filter((file) => /pg_catalog/.test(readFileSync(join(example, file), 'utf8')))
assert.deepEqual(foreign, [], 'the function holds the code of another provider')
console.log(run(example, 'npm', 'pack', '--silent'))

cpSync(join(ROOT, 'scripts', 'check-example'), join(example, 'check'), { recursive: true })
console.log(run(example, process.execPath, join('check', 'rotate-bundle.ts')))

console.log('the page, followed meanwhile:')
const followed = await page.ended()
console.log(followed.printed)
assert.equal(followed.code, 0, 'the page does not lead where it says')

interface Parallel {
  ended(): Promise<{ readonly code: number | null; readonly printed: string }>
}

/** Runs a script of ours beside this one; what it prints is kept until it has ended. It ends with this process. */
function inParallel(script: string, ...args: readonly string[]): Parallel {
  const file = join(folder, 'printed')
  const output = openSync(file, 'w')
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    stdio: ['ignore', output, output],
    // A group of its own, so that what it has started ends with it.
    detached: true,
  })
  const exited = once(child, 'exit')
  const end = (): void => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid)
  }
  process.on('exit', end)
  return {
    async ended() {
      const [code] = await exited
      process.off('exit', end)
      return { code, printed: readFileSync(file, 'utf8').trim() }
    },
  }
}

/** npx keeps every archive that it installs beside npm's downloads; those of a check go with its folder. */
function keepWhatNpxInstalls(): void {
  const cache = join(folder, 'npm-cache')
  mkdirSync(cache)
  symlinkSync(join(run(ROOT, 'npm', 'config', 'get', 'cache'), '_cacache'), join(cache, '_cacache'), 'dir')
  process.env['npm_config_cache'] = cache
}
