/**
 * Packs the package, installs the archive into an empty folder as a partner would, imports each entrance, and compiles
 * and runs a small provider against the declarations that were packed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { ROOT } from './build-options.ts'
import { install, packInto, run, temporaryFolder } from './packed.ts'

const manifest: {
  name: string
  version: string
  exports: Record<string, unknown>
  devDependencies: Record<string, string>
} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

const folder = temporaryFolder()
const archive = packInto(folder)
const packed = run(folder, 'tar', '-tzf', archive).split('\n')
const belongs =
  /^package\/(dist\/lib\/(shared|providers|cli)\/.+\.(js|d\.ts)|dist\/lib\/providers\/oauth\/profiles\/[a-z0-9-]+\.json|cli\/(bin\.js|templates\/.+)|docs\/.+\.md|examples\/local\/[a-z_]+\.(py|json)|providers\/[a-z]+\/README\.md|package\.json|README\.md|CONTRIBUTING\.md|LICENSE)$/
const isForTests = /^(?!package\/cli\/templates\/).*(\.(test|property)\.|\/test-|\/local\/cases\/)/
const strays = packed.filter((file) => !belongs.test(file) || isForTests.test(file))
if (strays.length > 0) throw new Error(`the archive holds too much: ${strays.join(', ')}`)
console.log(`packed ${packed.length} files`)

// CONTRIBUTING.md is about a checkout.
const pages = packed.filter((file) => file.endsWith('.md') && !/CONTRIBUTING|\/templates\//.test(file))
const dead = pages.flatMap((page) =>
  linksIn(run(folder, 'tar', '-xzOf', archive, page))
    .filter((link) => !packed.includes(posix.join(posix.dirname(page), link)))
    .map((link) => `${page} leads to ${link}`),
)
if (dead.length > 0) throw new Error(`not in the archive: ${dead.join(', ')}`)
console.log(`${pages.length} pages lead to nothing that is not there`)

const partner = join(folder, 'partner')
mkdirSync(partner)
writeFileSync(join(partner, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
const tools = ['typescript', '@types/node'].map((name) => `${name}@${manifest.devDependencies[name]}`)
install(partner, archive, ...tools)

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

const version = run(partner, join(partner, 'node_modules', '.bin', 'quarterturn'), '--version')
if (version !== manifest.version) throw new Error(`the command says that it is ${version}`)
console.log(`quarterturn --version: ${version}`)

console.log(`quarterturn local: ${await servedOnce()}`)

cpSync(join(ROOT, 'scripts', 'package-partner'), partner, { recursive: true })
run(partner, join(partner, 'node_modules', '.bin', 'tsc'), '-p', 'tsconfig.json')
console.log(run(partner, process.execPath, 'partner.ts'))

/** The relative links of a page. */
function linksIn(page: string): string[] {
  return [...page.matchAll(/\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
}

/** Starts the local service from the archive, waits until it is ready, and ends it as Ctrl-C does. */
async function servedOnce(): Promise<string> {
  const child = spawn(join(partner, 'node_modules', '.bin', 'quarterturn'), ['local'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  })
  let said = ''
  for await (const data of child.stdout) {
    said += data
    if (said.includes('Ready.')) child.kill('SIGINT')
  }
  const [status] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  if (status !== 0 || !said.includes('Ready.')) throw new Error(`it ended with ${status}: ${said}`)
  return said.split('\n', 1)[0] ?? ''
}
