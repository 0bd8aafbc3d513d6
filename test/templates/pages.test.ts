/** What the pages for operators say of the templates: every permission is explained, and nothing is named that is not there. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { providers } from '../../providers/index.ts'
import { EXAMPLES } from '../../scripts/templates/examples.ts'
import { readConfig } from '../../shared/config.ts'
import { filesOf, textOf } from '../tree.ts'
import { readTemplate } from './template.ts'

const templates = filesOf('template.yaml', 'templates/**/*.yaml').map((path) => readTemplate(path))

/** The names of all statements in the template. */
const statementsOf = (path: string): readonly string[] => {
  const text = JSON.stringify(readTemplate(path).Resources)
  return [...new Set([...text.matchAll(/"Sid":"(\w+)"/g)].map(([, sid = '']) => sid))]
}

/** Names in the first column of the tables under a heading. `UseKeysOf…` stands for all that begin so. */
function explained(page: string, heading: string): readonly string[] {
  const [, section = ''] = textOf(page).split(`\n## ${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]+) \|/gm)
  return [...rows].flatMap(([, first = '']) => [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe.each([
  ['template.yaml', 'docs/deploy.md', ['InvokeTheFunction']],
  ['templates/target-role.yaml', 'docs/hub.md', []],
])('of %s', (template, page, elsewhere) => {
  test(`${page} explains each permission, and no other`, () => {
    const names = explained(page, 'What each permission is for')
    const explains = (name: string, sid: string): boolean =>
      name.endsWith('…')
        ? sid.startsWith(name.slice(0, -1))
        : name.startsWith('…')
          ? sid.endsWith(name.slice(1))
          : name === sid
    const statements = statementsOf(template).filter((sid) => !elsewhere.includes(sid))
    expect(statements.filter((sid) => !names.some((name) => explains(name, sid)))).toEqual([])
    expect(names.filter((name) => !statements.some((sid) => explains(name, sid)))).toEqual([])
  })
})

test.each(['docs/deploy.md', 'docs/hub.md', 'docs/smoke-test.md'])(
  '%s gives no parameter that there is not',
  (page) => {
    const parameters = new Set(templates.flatMap(({ Parameters = {} }) => Object.keys(Parameters)))
    const given = [...textOf(page).matchAll(/(?<![\w.$-])([A-Z][a-z]\w+)=/g)].map(([, name = '']) => name)
    // Of `RotationRules`, which has them in one text.
    const known = ['Duration', 'ScheduleExpression', 'RotateImmediately']
    expect(given.filter((name) => !parameters.has(name) && !known.includes(name))).toEqual([])
    expect(given.length).toBeGreaterThan(3)
  },
)

test('docs/hub.md says for how many accounts CloudFormation takes the resources of the hub', () => {
  const { Resources } = readTemplate('templates/hub.yaml')
  const [loops, single] = [true, false].map((isLoop) =>
    Object.entries(Resources).filter(([id]) => id.startsWith('Fn::ForEach::') === isLoop),
  )
  const functions = (single ?? []).filter(([, { Type }]) => Type === 'AWS::Serverless::Function').length
  // Of each function SAM makes a version, an alias and a deployment group, and once an application of CodeDeploy.
  const always = (single ?? []).length + 3 * functions + 1
  const forEach = (loops ?? []).reduce((sum, [, loop]) => {
    const [, , body] = loop as unknown as readonly [string, unknown, object]
    return sum + Object.keys(body).length
  }, 0)
  const accounts = Math.floor((500 - always) / forEach)
  expect(textOf('docs/hub.md')).toContain(`| Accounts | ${accounts} in one hub: `)
})

/** What an operator puts in the place of a word in capitals. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  APP_ID: '0xI000000000001EAA',
  CONSUMER_ID: '888000000000001EAA',
  ARN_OF_ADMIN_SECRET: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:admin-AbCdEf',
  DATABASE_HOST: 'db.example.com',
  'ORG.': 'acme.',
  TENANT: '11111111-2222-3333-4444-555555555555',
  CLIENT: '66666666-7777-8888-9999-000000000000',
  PEM_IN_FORCE: JSON.stringify(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  ).slice(1, -1),
  KEY_ID: '99999999-2222-3333-4444-555555555555',
}

test.each(EXAMPLES)(
  'the value that the example $name gives is one that its provider takes',
  async (example) => {
    const entry = providers.find(({ name }) => example.handler === `rotate-${name}`)
    const provider = await entry?.load(readConfig({}))
    for (const value of [example.value, example.admin]) {
      if (value === undefined) continue
      const filled = JSON.parse(
        Object.entries(PLACEHOLDERS).reduce(
          (text, [name, filling]) => text.replaceAll(name, filling),
          JSON.stringify(value),
        ),
      )
      const result = await provider?.schema['~standard'].validate(filled)
      expect(result?.issues ?? []).toEqual([])
    }
  },
)
