/** `docs/local.md`, from the lists of the local Secrets Manager, the help of its command and the example that is tested. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_HELP } from '../cli/local-help.ts'
import { CHOICES, DIFFERENCES, DRAWN } from '../shared/local/differences.ts'
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
  '[`test/python/rotation_function.py`](../test/python/rotation_function.py) is a whole function in Python with its server.',
  '',
  'A module is loaded once, after the environment that it finds the service by was set; start the command again after a change.',
  '',
  '```',
  LOCAL_HELP.trimEnd(),
  '```',
  '',
  '### The state in a file',
  '',
  'Each change is in the file of `--data` before its answer leaves; only when a secret was last accessed may be a second late.',
  'The file is replaced in one go, so that a crash leaves the old one or the new one. It holds secret values in the clear and is',
  'readable by its owner alone. Who uses it is in `FILE.lock`; a second process is refused. A file that is damaged, or of another',
  'version, is refused and left as it is. After a restart a rotation that was under way is begun anew, as AWS repeats one whose',
  'step failed. Functions are given anew at each start. Sessions of STS are not kept.',
  '',
  'When the file cannot be written, the command says so and goes on with what it has in memory; the next change tries again. If',
  'the last try failed too, it ends with 1.',
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
  '`unpublished: CALM` makes each step come once. `local.aws` is what is behind the door: other accounts, roles, the clock, the',
  'schedules that are due (`runDue`). `createLocalSecretsManager` is the model without a port.',
  '',
  '## What it answers',
  '',
  `- **Secrets Manager**, every operation: ${OPERATION_NAMES.toSorted()
    .map((name) => `\`${name}\``)
    .join(', ')}.`,
  '- **Lambda**: `Invoke`, for the functions given.',
  '- **STS**: `AssumeRole` and `GetCallerIdentity`. Roles are made by code, `local.aws.account(id).role(…)`.',
  '- **EventBridge Scheduler**: one-time schedules that invoke a function.',
  '',
  'Who signs a request decides whose account it is for. The number of an account is its access key and its secret key. A',
  'request without a right signature gets the error of AWS, unless `--any-credentials` is given.',
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
  '- `npm run python:check`: boto3 walks through every operation, the AWS CLI through the main ones, and a rotation function in',
  '  Python rotates a secret, on the command as its users start it. Versions: [`requirements.txt`](../test/python/requirements.txt).',
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
    here: 'A function of the command may be invoked by Secrets Manager of every account, and its code signs as the user of the first. `Invoke` looks at no signature. Nothing ends a function in code; one behind a URL has 15 minutes.',
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

const START_TIME =
  '- Start, ready and end together took 0.80 s from the package and 0.90 s in a checkout, the median of 9 runs each on two busy cores.'
