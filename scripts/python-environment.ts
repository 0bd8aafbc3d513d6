import { type SpawnOptions, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const LONGEST_MS = 600_000

/** A Python environment of its own in a folder that goes with this process. */
export interface PythonEnvironment {
  readonly folder: string
  /** What is installed there, by the name of its command. */
  bin(command: string): string
  /** Nothing of the surroundings may point elsewhere, or sign as somebody. */
  readonly options: Pick<SpawnOptions, 'env'>
}

/** Installs what the file pins, from PyPI. Answers why not, in a sentence, where there is no Python or no PyPI. */
export function pythonEnvironment(requirements: string): PythonEnvironment | string {
  const folder = mkdtempSync(join(tmpdir(), 'quarterturn-python-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
  const bin = (command: string): string => join(folder, 'bin', command)
  const missing =
    reasonOf('python3', '-m', 'venv', folder) ??
    reasonOf(bin('python'), '-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements)
  if (missing !== undefined) return missing
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AWS|PYTHON|QUARTERTURN|SAM)_?/.test(name),
  )
  return {
    folder,
    bin,
    options: { env: { ...Object.fromEntries(inherited), HOME: folder, PYTHONDONTWRITEBYTECODE: '1' } },
  }
}

/** Why the command did not go well; `undefined` when it did. */
function reasonOf(command: string, ...args: readonly string[]): string | undefined {
  const { status, error, stderr, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: LONGEST_MS,
  })
  if (status === 0) return undefined
  const said = `${stdout}\n${stderr}`.trim().split('\n').at(-1)
  return `\`${[command, ...args.slice(0, 3)].join(' ')}\` failed: ${error?.message ?? said}`
}
