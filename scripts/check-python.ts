/**
 * The local Secrets Manager as Python sees it: boto3 and the AWS CLI, from PyPI in the versions that
 * `test/python/requirements.txt` pins, in an environment that goes with the process. Ends with `N passed, N failed`.
 *
 * Where there is no Python, or no PyPI, that is said; with `QUARTERTURN_REQUIRE_SERVERS=all` it is a failure.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SERVED_OPERATIONS } from '../shared/local/http/operations.ts'
import { requiresAllServers } from '../test/servers/required.ts'
import { tallyLine } from '../test/tally.ts'
import { ROOT } from './build-options.ts'

const LONGEST_MS = 600_000

const folder = mkdtempSync(join(tmpdir(), 'quarterturn-python-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const python = join(folder, 'bin', 'python')
const tests = join(ROOT, 'test', 'python')

const missing =
  reasonOf('python3', '-m', 'venv', folder) ??
  reasonOf(python, '-m', 'pip', 'install', '--quiet', '--no-deps', '-r', join(tests, 'requirements.txt'))
if (missing === undefined) {
  // Nothing of the surroundings may point elsewhere, or sign as somebody.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|PYTHON|QUARTERTURN)_?/.test(name))
  const child = spawn(python, [join(tests, 'run.py')], {
    cwd: folder,
    timeout: LONGEST_MS,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...Object.fromEntries(inherited),
      HOME: folder,
      NODE: process.execPath,
      LOCAL_COMMAND: join(ROOT, 'cli', 'bin.js'),
      LOCAL_OPERATIONS: JSON.stringify(SERVED_OPERATIONS),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  })
  child.on('exit', (status) => {
    process.exitCode = status ?? 1
  })
} else {
  console.log(`not tested against boto3 and the AWS CLI: ${missing}\n`)
  const isFailure = requiresAllServers(process.env)
  console.log(tallyLine({ passed: 0, failed: isFailure ? 1 : 0, skipped: isFailure ? 0 : 1 }))
  process.exitCode = isFailure ? 1 : 0
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
