/**
 * The templates as AWS's tools see them, and what `sam build` makes of them: linted, validated, built, and the built
 * packages run by AWS's runtime interface client under the roles of the templates. Ends with `N passed, N failed`.
 *
 * The tools come from PyPI as `test/sam/requirements.txt` pins them, into an environment that goes with the process; the client
 * from `npm ci --prefix test/lambda-ric`, which compiles. Where either is missing that is said; with
 * `QUARTERTURN_REQUIRE_SERVERS=all` it is a failure.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import '../test/calls/setup.ts'
import { checkBuilt } from '../test/sam/built.ts'
import { rotateAdminOfRds } from '../test/sam/rds.ts'
import { checkRotations } from '../test/sam/rotations.ts'
import { hasRic } from '../test/sam/runtime-api.ts'
import { checkSaas } from '../test/sam/saas.ts'
import { filesOf } from '../test/tree.ts'
import { ROOT } from './build-options.ts'
import { Check, endWithout } from './check.ts'
import { LONGEST_MS, type PythonEnvironment, pythonEnvironment } from './python-environment.ts'

/** Every partition, since the templates name services and ARNs of all. */
const REGIONS = ['eu-west-1', 'us-east-1', 'us-gov-west-1', 'cn-north-1']
/** `Fn::ForEach` is unfolded when a template is built, so its list must be there. */
const HUB_PARAMETERS = 'Accounts=444455556666,777788889999 ExternalId=external-id Release=2611292100'

const folder = mkdtempSync(join(tmpdir(), 'quarterturn-sam-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

if (hasRic()) {
  const python = pythonEnvironment(join(ROOT, 'test', 'sam', 'requirements.txt'))
  if (typeof python === 'string') endWithout(`the templates were not tried: ${python}`)
  else await checkAll(python)
} else
  endWithout(
    'the templates were not tried: run `npm ci --prefix test/lambda-ric`, which needs cmake and a C++ compiler',
  )

async function checkAll(python: PythonEnvironment): Promise<void> {
  const check = new Check()
  const run = async (command: string, ...args: readonly string[]): Promise<string> => {
    const options = { cwd: ROOT, timeout: LONGEST_MS, env: { ...python.options.env, SAM_CLI_TELEMETRY: '0' } }
    try {
      const { stdout } = await promisify(execFile)(python.bin(command), args, options)
      return stdout
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`${stdout}${stderr}`.trim(), { cause: error })
    }
  }
  const templates = filesOf('template.yaml', 'templates/**/*.yaml', 'examples/*/template.yaml')
  await check.claim(`cfn-lint finds nothing in ${templates.length} templates, in any partition`, async () => {
    await run('cfn-lint', '--regions', ...REGIONS, '--', ...templates)
  })
  const built = { 'template.yaml': join(folder, 'workload'), 'templates/hub.yaml': join(folder, 'hub') }
  for (const [template, to] of Object.entries(built)) {
    const common = ['--template', template, '--region', 'eu-west-1']
    await check.claim(`sam validate --lint takes ${template}`, async () => {
      await run('sam', 'validate', '--lint', ...common)
    })
    await check.claim(`sam build builds ${template} from what is installed`, async () => {
      await run('sam', 'build', ...common, '--build-dir', to, '--parameter-overrides', HUB_PARAMETERS)
    })
  }
  await checkBuilt(check, Object.values(built))
  const packages = { workload: built['template.yaml'], hub: built['templates/hub.yaml'] }
  // It mostly waits, so the others are tried meanwhile.
  const adminOfRds = rotateAdminOfRds(packages.workload)
  adminOfRds.catch(() => undefined)
  await checkRotations(check, packages)
  await checkSaas(check, packages)
  await check.claim('template.yaml: rotate-rds, an admin user by the API of RDS', () => adminOfRds)
  check.end()
}
