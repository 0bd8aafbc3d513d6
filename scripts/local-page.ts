/** `docs/local.md`, from the lists of the local Secrets Manager, the help of its command and the example that is tested. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_HELP } from '../cli/local-help.ts'
import { CHOICES, DIFFERENCES, DRAWN } from '../shared/local/differences/differences.ts'
import { SCHEDULER_OPERATIONS } from '../shared/local/http/scheduler.ts'
import { STS_OPERATIONS } from '../shared/local/http/sts.ts'
import { OPERATION_NAMES } from '../shared/local/index.ts'
import { ROOT } from './build-options.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`

/** The three lines after the comment that names this page. */
function example(): string {
  const lines = readFileSync(join(ROOT, 'shared/local/example.test.ts'), 'utf8').split('\n')
  const at = lines.findIndex((line) => line.includes('docs/local.md'))
  if (at < 0) throw new Error('shared/local/example.test.ts has no lines for docs/local.md')
  return lines.slice(at + 1, at + 4).join('\n')
}

const named = (operations: readonly string[]): string =>
  operations
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(', ')

/** The file that boto3 and the AWS CLI are walked through with. */
const setupExample = (): readonly string[] =>
  readFileSync(join(ROOT, 'examples/local/setup.json'), 'utf8').trimEnd().split('\n')

export const localPage = (): readonly string[] => [
  'A Secrets Manager on your own machine, with rotation: for trying out a rotation function, in any language, and for test',
  'suites. It answers any AWS SDK and the AWS CLI. Nothing of AWS is behind it, and nothing leaves the machine.',
  '',
  '## On a port',
  '',
  '```sh',
  'npm run local                 # in a checkout',
  'npx quarterturn local         # where the package is installed',
  '```',
  '',
  'It prints the lines that point a shell at it, `export AWS_ENDPOINT_URL=…` and so on, then each step of each rotation with',
  'its result and the time it took. A function is code in a Node module, or a URL:',
  '',
  '```sh',
  'npm run build && npm run local -- --function rotate-postgres=dist/handlers/rotate-postgres/index.mjs',
  'npm run local -- --function rotate-db=http://127.0.0.1:9000',
  '```',
  '',
  'The URL is asked as Lambda is: `POST /2015-03-31/functions/rotate-db/invocations`, with the event of Secrets Manager as the',
  'body. It answers `200` with JSON; `null` will do. A function that failed says so by the header `X-Amz-Function-Error`, or by',
  '`errorType` and `errorMessage` in the body. That is what the Runtime Interface Emulator in the base images of Lambda does, so',
  'such an image can be used as it is: `--function rotate-db=http://127.0.0.1:9000/2015-03-31/functions/function/invocations`.',
  '[`examples/local/rotation_function.py`](../examples/local/rotation_function.py) is a whole function in Python with its server.',
  '',
  'The code of a module runs in sandboxes, as on Lambda: a thread with an environment of its own, by which it finds the service,',
  'one for each call that runs at the same time. What it keeps in memory is there for the next call. A rejection that nobody',
  'awaits, an error in a later turn, or `process.exit` ends the sandbox and fails its call, under the name that Lambda has for',
  'it; where no call runs, the next one that would have had that sandbox. Start the command again after a change of the module.',
  '',
  'Ctrl-C ends the command with 0 when the steps under way are done. `npm run` and `npx` answer Ctrl-C themselves, with 130,',
  'whatever the command ended with; for its own status start `node_modules/.bin/quarterturn local`.',
  '',
  '```',
  LOCAL_HELP.trimEnd(),
  '```',
  '',
  '### Accounts and roles',
  '',
  'The number of an account is its access key and its secret key: whoever signs with it may do everything there. An account is',
  'made by `--account`, or with roles by `--setup FILE`, so that AssumeRole, external ids and session policies can be tried as',
  'they will be on AWS:',
  '',
  '```json',
  ...setupExample(),
  '```',
  '',
  'Trust and permissions are written as IAM has them; what is not modelled is refused when the command starts, by its place in',
  'the file. `managedPolicies` are what `PolicyArns` of AssumeRole names. `functionRole` names a role of the first account that',
  'the code of every function then signs as; without it that code may do everything. A function behind a URL signs by its own',
  'environment. The file is read at each start.',
  '',
  '### The state in a file',
  '',
  'What a request changes is in the file of `--data` before its answer leaves, and so is what a tick starts and what a rotation',
  'ends, at once. Everything else is there within a second: a schedule that fired, what code changes behind the door, when a',
  'secret was last accessed. The file is replaced in one go, so that a crash leaves the old one or the new one, whole. It holds',
  'secret values in the clear and is readable by its owner alone. Who uses it is in `FILE.lock`; a second process is refused.',
  'A file that is damaged, was edited to what no request could make of it, or is of another version is refused, with the place',
  'that is wrong, and left as it is. After a restart a rotation that was under way is begun anew, as AWS repeats one whose step',
  'failed. Functions, and the accounts and roles of `--setup`, are given anew at each start. Sessions of STS are not kept.',
  '',
  'When the file cannot be written, the command says so and goes on with what it has in memory; it is tried again each second.',
  'If the last try failed too, the command ends with 1.',
  '',
  '## In a test suite',
  '',
  '```ts',
  "import { startLocal } from 'quarterturn/local'",
  '',
  example(),
  '```',
  '',
  "`local.functionArn('rotate-db')` is what `RotateSecret` takes, and `await local.settled()` waits until no step is under way.",
  '`unpublished: CALM` makes each step come once. `setup` takes what the file of `--setup` holds, and `local.aws` is what is',
  'behind the door: other accounts, roles, the clock. Nothing fires by itself in a test suite: `local.runDue()` starts the',
  'rotations and schedules that are due by that clock. `createLocalSecretsManager` is the model without a port.',
  '',
  '## What it answers',
  '',
  `- **Secrets Manager**, every operation: ${named(OPERATION_NAMES)}.`,
  '- **Lambda**: `Invoke`, for the functions given.',
  `- **STS**: ${named(STS_OPERATIONS)}. Roles are those of \`--setup\`, or made by code, \`local.aws.account(id).role(…)\`.`,
  `- **EventBridge Scheduler**, for one-time schedules that invoke a function: ${named(SCHEDULER_OPERATIONS)}.`,
  '',
  'Who signs a request decides whose account it is for. A request without a right signature gets the error of AWS, unless',
  '`--any-credentials` is given.',
  '',
  'It listens on 127.0.0.1 alone and answers no web page: a request with an `Origin`, or with a `Host` that is no name of this',
  'machine or of AWS, gets `AccessDeniedException`.',
  '',
  '## What AWS does otherwise',
  '',
  row('About', 'On AWS', 'Here'),
  row('---', '---', '---'),
  ...[...DIFFERENCES, ...SERVED].map(({ about, onAws, here }) => row(about, onAws, here)),
  '',
  '## What AWS does not say, and is decided here',
  '',
  row('About', 'Here'),
  row('---', '---'),
  ...CHOICES.map(({ about, here }) => row(about, here)),
  '',
  '## What AWS does not say, and a seed answers',
  '',
  'Code that works for one answer only is found by another seed. `--calm`, or an option of `unpublished`, fixes them.',
  '',
  row('Question', 'Drawn', 'Fixed by'),
  row('---', '---', '---'),
  ...DRAWN.map(({ question, drawn, option }) => row(question, drawn, `\`${option}\``)),
  '',
  '## How it is known',
  '',
  '- Each rule is a case with the page that it rests on, in `shared/local/cases`; moto answers the same cases as',
  '  [a second opinion](local-moto.md).',
  '- `npm run python:check`, in a checkout: boto3 and the AWS CLI each walk through every operation named above, and a rotation',
  '  function in Python rotates a secret, on the command as its users start it.',
  '- 100,000 malformed and hostile requests get errors as AWS has them and change nothing, in each run of the tests;',
  '  `npm run fuzz -- --requests 1000000 --seed 7` tries others.',
  START_TIME,
  '',
]

/** Of what is served, beside the model. */
const SERVED = [
  {
    about: 'Lambda',
    onAws: 'A function has a role, a timeout and a policy that lets Secrets Manager invoke it.',
    here: 'A function of the command may be invoked by Secrets Manager of every account; its code signs as `functionRole`, or as the user of the first account. `Invoke` looks at no signature. A function of the command has 15 minutes, and ten calls of it run at the same time; nothing ends one given to `startLocal` as code.',
  },
  {
    about: 'Half of a surrogate pair in a text',
    onAws: 'Not published.',
    here: '`SerializationException`: it has no form in UTF-8.',
  },
  {
    about: 'Time between the tries of a rotation',
    onAws: 'Not published.',
    here: 'The clock of the model is moved on, and nobody waits. It may so run ahead of the machine’s.',
  },
  {
    about: 'Size and pace of a request',
    onAws: 'Not published.',
    here: 'A body of 1 MiB; 10 seconds for the headers, 30 for the whole.',
  },
] as const

const START_TIME = [
  '- Start, ready and end together, without a function, took 0.80 s from the package and 0.90 s in a checkout, the median of 9',
  '  runs each on two busy cores. Code of a function adds the start of a thread, and what it loads itself.',
].join('\n')
