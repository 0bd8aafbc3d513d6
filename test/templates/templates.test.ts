import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyProvider } from '../../providers/index.ts'
import { bundleOptions, handlerNames } from '../../scripts/build-options.ts'
import { buildProperties } from '../../scripts/templates/build-properties.ts'
import { EXAMPLES } from '../../scripts/templates/examples.ts'
import { functionId, undeployed } from '../../scripts/templates/names.ts'
import { HUB_ONLY, NOT_PARAMETERS, parameterOf } from '../../scripts/templates/options.ts'
import { Environment } from '../../shared/config-options.ts'
import { filesOf, textOf } from '../tree.ts'
import { readTemplate, resolved, type Template } from './template.ts'

const WITH_FUNCTIONS = ['template.yaml', 'templates/hub.yaml']
const ALL = filesOf('template.yaml', 'templates/**/*.yaml')
const ALL_ON = {
  ...Object.fromEntries(
    handlerNames().map((name) => [`Deploy${functionId(name).replace(/Function$/, '')}`, 'true']),
  ),
  SecretNamePrefix: 'app/',
  Accounts: '444455556666,777788889999',
  ExternalId: 'external-id',
  Release: '2611292100',
}

const ofType = (resources: Template['Resources'], type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type)

describe.each(WITH_FUNCTIONS)('%s', (path) => {
  const template = readTemplate(path)
  const functions = ofType(template.Resources, 'AWS::Serverless::Function')

  test('has exactly one function for each handler', () => {
    expect(undeployed()).toEqual([])
    expect(functions.map(([id]) => id).toSorted()).toEqual(handlerNames().map(functionId).toSorted())
  })

  test('bundles each as the build does', () => {
    for (const name of handlerNames()) {
      const { Metadata } = template.Resources[functionId(name)] ?? {}
      expect(Metadata).toEqual({ BuildMethod: 'esbuild', BuildProperties: buildProperties(name) })
    }
  })

  test('gives each function a role of its own, and no other the same', () => {
    const roles = functions.map(([, { Properties }]) => JSON.stringify(Properties['Role']))
    expect(new Set(roles).size).toBe(functions.length)
  })

  test('sets every variable of the configuration, or says why not', () => {
    const set = JSON.stringify([template.Globals, functions])
    const hidden =
      path === 'template.yaml' ? [...HUB_ONLY, ...Object.keys(NOT_PARAMETERS)] : Object.keys(NOT_PARAMETERS)
    const missing = Object.keys(Environment.shape).filter(
      (variable) => !hidden.includes(variable) && !set.includes(`"${variable}":`),
    )
    expect(missing).toEqual([])
    expect(
      Object.keys(NOT_PARAMETERS)
        .filter((name) => set.includes(`"${name}":`))
        .toSorted(),
    ).toEqual(['QUARTERTURN_SCHEDULE_GROUP', 'QUARTERTURN_SCHEDULE_ROLE'])
  })

  test('deploys nothing that was not asked for, and rotates nothing', () => {
    const off = Object.fromEntries(Object.keys(ALL_ON).map((name) => [name, Reflect.get(ALL_ON, name)]))
    for (const name of Object.keys(off)) if (name.startsWith('Deploy')) off[name] = 'false'
    const types = Object.values(resolved(template, off)).map(({ Type }) => Type)
    expect(types).not.toContain('AWS::Serverless::Function')
    expect(textOf(path)).not.toContain('AWS::SecretsManager::RotationSchedule')
  })

  test('reserves no concurrency under 10', () => {
    const { AllowedPattern = '' } = template.Parameters?.['ReservedConcurrency'] ?? {}
    const admits = (text: string) => new RegExp(AllowedPattern).test(text)
    expect(['', '10', '25', '1000'].every(admits)).toBe(true)
    expect(['0', '1', '9', '01', '-10'].some(admits)).toBe(false)
  })
})

describe.each(ALL)('%s', (path) => {
  const template = readTemplate(path)
  const parameters = Object.entries(template.Parameters ?? {})

  test('uses each of its parameters, and says what it is for', () => {
    const used = JSON.stringify([template.Resources, template.Conditions, template.Globals, template.Outputs])
    const isUsed = (name: string) => used.includes(`{"Ref":"${name}"}`) || used.includes(`\${${name}}`)
    expect(parameters.map(([name]) => name).filter((name) => !isUsed(name))).toEqual([])
    expect(parameters.filter(([, { Description = '' }]) => Description.length < 10)).toEqual([])
  })

  test('bounds each role, and gives it a path', () => {
    for (const [id, { Properties }] of ofType(template.Resources, 'AWS::IAM::Role')) {
      expect(Properties, id).toHaveProperty('PermissionsBoundary')
      expect(Properties['Path'], id).toEqual({ Ref: 'RolePath' })
    }
  })
})

test('the parameters of an option are named after its variable', () => {
  expect(parameterOf('QUARTERTURN_RETIRE_AFTER')).toBe('RetireAfter')
  expect(parameterOf('PASSWORD_LENGTH')).toBe('PasswordLength')
})

test('each option of the build is handed to SAM, or is what SAM sets itself', () => {
  const handed = ['absWorkingDir', 'outdir', 'bundle', 'platform', 'metafile', 'logLevel']
  const named = {
    entryPoints: 'EntryPoints',
    chunkNames: 'ChunkNames',
    target: 'Target',
    format: 'Format',
    outExtension: 'OutExtension',
    splitting: 'Splitting',
    mainFields: 'MainFields',
    alias: 'Alias',
    banner: 'Banner',
    minify: 'Minify',
    sourcemap: 'Sourcemap',
    sourcesContent: 'SourcesContent',
    legalComments: 'LegalComments',
  }
  expect(Object.keys(bundleOptions('rotate')).toSorted()).toEqual(
    [...Object.keys(named), ...handed].toSorted(),
  )
  expect(Object.keys(buildProperties('rotate')).toSorted()).toEqual(
    [...Object.values(named), 'EntryNames'].toSorted(),
  )
})

describe('alarms', () => {
  const alarms = WITH_FUNCTIONS.flatMap((path) =>
    ofType(resolved(readTemplate(path), ALL_ON), 'AWS::CloudWatch::Alarm'),
  )
  const pages = filesOf('docs/operations/*.md').map((path) => basename(path, '.md'))
  const pageOf = (description: unknown) =>
    /See docs\/operations\/([a-z-]+)\.md$/.exec(String(description))?.[1]

  test('each has its page, and each page its alarm', () => {
    const named = alarms.map(([, { Properties }]) => pageOf(Properties['AlarmDescription']))
    expect([...new Set(named)].toSorted()).toEqual(pages.filter((page) => page !== 'README').toSorted())
  })

  test('of failures exist for each account of a hub, with the account in the name', () => {
    const names = alarms.map(([, { Properties }]) => String(Properties['AlarmName']))
    for (const account of ALL_ON.Accounts.split(','))
      expect(names).toContain(`quarterturn-postgres-${account}-account-failures`)
  })

  test('have names of their own', () => {
    for (const path of WITH_FUNCTIONS) {
      const own = ofType(resolved(readTemplate(path), ALL_ON), 'AWS::CloudWatch::Alarm')
      const names = own.map(([, { Properties }]) => Properties['AlarmName'])
      expect(new Set(names).size).toBe(names.length)
    }
  })
})

describe('examples', () => {
  test('exist for each provider', () => {
    const served = new Set(EXAMPLES.map(({ handler }) => handler))
    expect([...served].toSorted()).toEqual(everyProvider.map(({ name }) => `rotate-${name}`).toSorted())
  })

  test.each(EXAMPLES)('$name rotates nothing when it is deployed, and holds no value', ({ name }) => {
    const path = `templates/examples/${name}.yaml`
    const given = { RotationFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f', Rotate: 'true' }
    const resources = resolved(readTemplate(path), given)
    for (const [, { Properties }] of ofType(resources, 'AWS::SecretsManager::RotationSchedule'))
      expect(Properties['RotateImmediatelyOnUpdate']).toBe(false)
    for (const [, { Properties }] of ofType(resources, 'AWS::SecretsManager::Secret'))
      expect(Object.keys(Properties)).not.toContain('SecretString')
    expect(Object.keys(resolved(readTemplate(path), { ...given, Rotate: 'false' }))).not.toContain('Schedule')
  })
})
