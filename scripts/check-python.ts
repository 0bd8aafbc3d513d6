/**
 * The local Secrets Manager as Python sees it: boto3 and the AWS CLI, from PyPI in the versions that
 * `test/python/requirements.txt` pins, in an environment that goes with the process. Ends with `N passed, N failed`.
 *
 * Where there is no Python, or no PyPI, that is said; with `QUARTERTURN_REQUIRE_SERVERS=all` it is a failure.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { SERVED_OPERATIONS } from '../shared/local/http/operations.ts'
import { ROOT } from './build-options.ts'
import { endWithout } from './check.ts'
import { LONGEST_MS, pythonEnvironment } from './python-environment.ts'

const tests = join(ROOT, 'test', 'python')

const python = pythonEnvironment(join(tests, 'requirements.txt'))
if (typeof python === 'string') {
  endWithout(`not tested against boto3 and the AWS CLI: ${python}`)
} else {
  const child = spawn(python.bin('python'), [join(tests, 'run.py')], {
    cwd: python.folder,
    timeout: LONGEST_MS,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...python.options.env,
      NODE: process.execPath,
      LOCAL_COMMAND: join(ROOT, 'cli', 'bin.js'),
      LOCAL_OPERATIONS: JSON.stringify(SERVED_OPERATIONS),
    },
  })
  child.on('exit', (status) => {
    process.exitCode = status ?? 1
  })
}
