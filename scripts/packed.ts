/** The package as others get it: packed, in a folder of its own that goes with the process. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './build-options.ts'

/** A folder outside of the project, so that nothing is found in its node_modules. Removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quarterturn-package-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a command to its end and answers what it printed. A failure is shown, and ends this process too. */
export function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 900_000,
  })
  if (error !== undefined) throw error
  if (status === 0) return stdout.trim()
  process.stdout.write(stdout)
  console.error(`\`${[command, ...args].join(' ')}\` ended with ${status}`)
  process.exit(1)
}

/** Builds and packs; answers the path of the archive in `folder`. */
export const packInto = (folder: string): string =>
  join(folder, run(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder).split('\n').at(-1) ?? '')

/** Installs what the folder's manifest asks for, and `more`. Whose signature or funding it is does not matter here. */
export const install = (folder: string, ...more: readonly string[]): string =>
  run(folder, 'npm', 'install', '--silent', '--no-audit', '--no-fund', ...more)
