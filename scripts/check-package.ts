/**
 * Packs the package, installs the archive into an empty folder as a partner would, imports each entrance, and compiles
 * and runs a small provider against the declarations that were packed.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest: {
  name: string
  exports: Record<string, unknown>
  devDependencies: Record<string, string>
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const folder = mkdtempSync(join(tmpdir(), 'quarterturn-package-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error !== undefined) throw error
  if (status === 0) return stdout.trim()
  process.stdout.write(stdout)
  console.error(`\`${[command, ...args].join(' ')}\` ended with ${status}`)
  process.exit(1)
}

const archive = join(
  folder,
  run(root, 'npm', 'pack', '--silent', '--pack-destination', folder).split('\n').at(-1) ?? '',
)
const packed = run(folder, 'tar', '-tzf', archive).split('\n')
const belongs = /^package\/(dist\/lib\/(shared|providers)\/.+\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/
const isForTests = /\.(test|property)\.|\/test-|\/cases\//
const strays = packed.filter((file) => !belongs.test(file) || isForTests.test(file))
if (strays.length > 0) throw new Error(`the archive holds too much: ${strays.join(', ')}`)
console.log(`packed ${packed.length} files`)

const partner = join(folder, 'partner')
mkdirSync(partner)
writeFileSync(join(partner, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
const tools = ['typescript', '@types/node'].map((name) => `${name}@${manifest.devDependencies[name]}`)
run(partner, 'npm', 'install', '--silent', '--no-audit', '--no-fund', archive, ...tools)

const entrances = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', manifest.name))
for (const entrance of entrances) {
  const names = run(
    partner,
    process.execPath,
    '--input-type=module',
    '--eval',
    `console.log(Object.keys(await import('${entrance}')).sort().join(', '))`,
  )
  if (names === '') throw new Error(`${entrance} exports nothing`)
  console.log(`${entrance}: ${names}`)
}

cpSync(join(root, 'scripts', 'package-partner'), partner, { recursive: true })
run(partner, join(partner, 'node_modules', '.bin', 'tsc'), '-p', 'tsconfig.json')
console.log(run(partner, process.execPath, 'partner.ts'))
