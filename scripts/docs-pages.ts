/** The pages of `docs/` that are made from lists in the code. */
import * as z from 'zod'
import { hubOptions } from '../shared/config-hub-options.ts'
import { Environment } from '../shared/config-options.ts'
import { type Actor, ERRORS, type ErrorFacts } from '../shared/errors/index.ts'
import { explorationPage } from '../test/exploration/page.ts'
import { readRecord } from '../test/exploration/record.ts'
import { localPage } from './local-page.ts'
import { parametersPage } from './templates/parameters-page.ts'

const NOTICE = '<!-- Made by `node scripts/docs.ts`; edit the list in the code instead. -->'

/** What {@link Environment} says of each variable; the page fails to build when one says nothing. */
const OptionFacts = z.object({ description: z.string(), values: z.string(), default: z.string() })

const ACTORS: Record<Actor, string> = {
  operator: 'whoever runs the rotation function',
  'secret-owner': 'the owner of the secret',
  'target-admin': 'the administrator of the target',
  nobody: 'nobody; wait',
}

const STRATEGY_VALUES = OptionFacts.parse(Environment.shape.QUARTERTURN_STRATEGY.meta()).values

/** Every tag of a secret that is read; a test compares this list with the schema. */
export const TAGS: readonly (readonly [tag: string, what: string, values: string])[] = [
  ['strategy', 'How the credential is replaced.', STRATEGY_VALUES],
  ['provider', 'Which provider of the deployment serves the secret, where its value does not say.', 'a name'],
  [
    'retire-after',
    'When the old credential is ended.',
    'what QUARTERTURN_RETIRE_AFTER or QUARTERTURN_RETIRE_CHOICES says',
  ],
  [
    'minimum-overlap',
    'How long a consumer may hold on to the secret.',
    'a time such as `2h`, not shorter than QUARTERTURN_MINIMUM_OVERLAP',
  ],
  [
    'overlap-cut',
    'What is done with a rotation that cuts the overlap.',
    '`refuse`; `report` where the deployment reports',
  ],
  [
    'admin-secret',
    'Which admin secret makes the changes, where the provider uses one and the value of the secret names none. It must be of the same account and Region, and consent by the tag below.',
    'the ARN of a secret',
  ],
  [
    'admin-for',
    'On an admin secret: which secrets it serves.',
    'names, or parts of a name up to a `/`, separated by spaces',
  ],
]

/** File name to content, below `docs/`. */
export const pages = (): Readonly<Record<string, string>> => ({
  'errors.md': errorsPage(),
  'configuration.md': configurationPage(),
  'parameters.md': page('Parameters of the templates', parametersPage()),
  'local.md': page('Secrets Manager without AWS', localPage()),
  'exploration.md': page('What was explored', explorationPage(readRecord())),
})

function errorsPage(): string {
  const entries = Object.entries<ErrorFacts>(ERRORS)
  const lines = entries.flatMap(([code, facts]) => [
    `## ${code}`,
    '',
    facts.when,
    '',
    `- **Repeating**: ${facts.retryable ? 'may help, without anybody doing anything.' : 'does not help by itself.'}`,
    `- **Who acts**: ${ACTORS[facts.actor]}.`,
    `- **Remedy**: ${facts.remedy.replaceAll('{secret}', 'SECRET_ARN').replaceAll('{token}', 'VERSION_ID')}.`,
    '',
  ])
  return page('Errors', [
    'Every error that a rotation ends with has a code. The message that Secrets Manager and the log show is',
    '`CODE: what is wrong; what to do`. Codes are never renamed or given another meaning. Secrets Manager repeats',
    'a failed rotation by itself while its window is open, so an error that repeating can heal needs nobody.',
    '',
    ...lines,
  ])
}

function configurationPage(): string {
  const rows = Object.entries(Environment.shape).map(([name, schema]) => {
    const facts = OptionFacts.parse(schema.meta())
    const cells = [`\`${name}\``, facts.description, facts.values, facts.default]
    return { name, row: `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |` }
  })
  const sectionOf = (name: string): 'function' | 'elsewhere' | 'password' =>
    name in hubOptions ? 'elsewhere' : name.startsWith('QUARTERTURN_') ? 'function' : 'password'
  const table = (section: ReturnType<typeof sectionOf>): readonly string[] => [
    '| Variable | What it decides | Values | Default |',
    '| --- | --- | --- | --- |',
    ...rows.filter(({ name }) => sectionOf(name) === section).map(({ row }) => row),
    '',
  ]
  return page('Configuration', [
    'A function is configured by its environment. A wrong value, or an unknown name that begins with',
    '`QUARTERTURN_`, fails every invocation with [`CONFIG_INVALID`](errors.md#config_invalid), which names the',
    'variable and never repeats its value. An empty `QUARTERTURN_` variable counts as not set. What differs from secret to secret is set by tags on the secret.',
    '',
    '## The function',
    '',
    ...table('function'),
    '## Other accounts',
    '',
    'A function that serves several accounts, a hub, reaches into each by a role there, and is kept within what follows.',
    '',
    ...table('elsewhere'),
    '## Tags on the secret',
    '',
    'A tag chooses from lists or makes things safer; it never names a role, an account or a host. An unknown tag that begins',
    'with `quarterturn:`, or a value that is not allowed, fails the step with [`TAG_INVALID`](errors.md#tag_invalid).',
    '',
    '| Tag | What it decides | Values |',
    '| --- | --- | --- |',
    ...TAGS.map(([tag, what, values]) => `| \`quarterturn:${tag}\` | ${what} | ${values} |`),
    '',
    '## New passwords',
    '',
    "The names and defaults are those of AWS's rotation templates, so a function that replaces one keeps its settings.",
    '',
    ...table('password'),
    '## Logs, metrics and traces',
    '',
    '`POWERTOOLS_LOG_LEVEL`, `POWERTOOLS_SERVICE_NAME` (default `quarterturn`), `POWERTOOLS_TRACE_ENABLED` and',
    '`POWERTOOLS_METRICS_DISABLED` work as in Powertools for AWS Lambda. `POWERTOOLS_LOGGER_LOG_EVENT`,',
    '`POWERTOOLS_TRACER_CAPTURE_RESPONSE` and `POWERTOOLS_TRACER_CAPTURE_ERROR` have no effect: what they would show',
    'contains secrets. `NODE_DEBUG` is refused when it covers `http`, `https`, `http2`, `net` or `stream`, since Node would',
    'print parts of what is received. `AWS_ENDPOINT_URL_SECRETS_MANAGER` points the function at another endpoint, as in every AWS SDK.',
    '',
  ])
}

const page = (title: string, lines: readonly string[]): string =>
  [`# ${title}`, '', NOTICE, '', ...lines].join('\n')
