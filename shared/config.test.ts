import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { Environment } from './config-options.ts'
import { DEFAULT_POLICY } from './password.ts'

const [pem = ''] = rootCertificates

describe('the environment', () => {
  test('may say nothing', () => {
    expect(readConfig({ PATH: '/bin', AWS_REGION: 'eu-west-1', POWERTOOLS_LOG_LEVEL: 'DEBUG' })).toEqual({
      strategy: undefined,
      providers: undefined,
      eventBus: undefined,
      reserveMs: 2_000,
      allowClassC: false,
      reach: { accounts: [], regions: [], role: undefined, hosts: undefined },
      stopped: [],
      retirement: {
        after: 'next-rotation',
        choices: [],
        groupName: 'default',
        minimumOverlapMs: 3_600_000,
        overlapCut: 'report',
      },
      options: {
        postgres: {
          allowClearTextLoopback: false,
          passwordForm: 'verifier',
          hash: 'keep',
          reassignOwned: false,
        },
        mysql: { allowClearTextLoopback: false, passwordForm: 'verifier', otherHosts: 'refuse' },
        salesforce: { allowClearTextLoopback: false },
        oauth: { allowClearTextLoopback: false },
      },
      password: DEFAULT_POLICY,
    })
  })

  test('may have empty variables, and sections of NODE_DEBUG that tell nothing', () => {
    expect(
      readConfig({ QUARTERTURN_TLS_CA: '', QUARTERTURN_EVENT_BUS: '', NODE_DEBUG: 'tls,module,timer' }),
    ).toEqual(readConfig({}))
  })

  test('decides what it names', () => {
    const config = readConfig({
      QUARTERTURN_STRATEGY: 'alternating-users',
      QUARTERTURN_PROVIDERS: 'postgres, mysql',
      QUARTERTURN_EVENT_BUS: 'arn:aws:events:eu-west-1:111122223333:event-bus/evidence',
      QUARTERTURN_RESERVE_MS: '3000',
      QUARTERTURN_ALLOW_CLASS_C: 'true',
      QUARTERTURN_RETIRE_AFTER: '12h',
      QUARTERTURN_RETIRE_CHOICES: 'next-rotation, immediate,2d',
      QUARTERTURN_SCHEDULE_ROLE: 'arn:aws:iam::111122223333:role/retire',
      QUARTERTURN_SCHEDULE_GROUP: 'rotation',
      QUARTERTURN_MINIMUM_OVERLAP: '90m',
      QUARTERTURN_OVERLAP_CUT: 'refuse',
      QUARTERTURN_TLS_CA: pem.replaceAll('\n', '\\n'),
      QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'true',
      QUARTERTURN_POSTGRES_PASSWORD_FORM: 'plaintext',
      QUARTERTURN_POSTGRES_HASH: 'scram',
      QUARTERTURN_REQUIRE_SERVERS: 'all',
    })
    expect(config).toMatchObject({
      strategy: 'alternating-users',
      providers: ['postgres', 'mysql'],
      eventBus: 'arn:aws:events:eu-west-1:111122223333:event-bus/evidence',
      reserveMs: 3_000,
      allowClassC: true,
      retirement: {
        after: { afterMs: 43_200_000 },
        choices: ['next-rotation', 'immediate', { afterMs: 172_800_000 }],
        roleArn: 'arn:aws:iam::111122223333:role/retire',
        groupName: 'rotation',
        minimumOverlapMs: 5_400_000,
        overlapCut: 'refuse',
      },
      options: {
        postgres: { ca: pem.trim(), allowClearTextLoopback: true, passwordForm: 'plaintext', hash: 'scram' },
      },
    })
  })

  test("takes the variables of AWS's templates in their spelling", () => {
    const { password } = readConfig({
      PASSWORD_LENGTH: '40',
      EXCLUDE_CHARACTERS: '',
      EXCLUDE_NUMBERS: 'Yes',
      EXCLUDE_PUNCTUATION: '1',
      EXCLUDE_UPPERCASE: 'false',
      EXCLUDE_LOWERCASE: 'N',
      REQUIRE_EACH_INCLUDED_TYPE: 'FALSE',
    })
    expect(password).toEqual({
      length: 40,
      excludeCharacters: '',
      exclude: { lowercase: false, uppercase: false, numbers: true, punctuation: true },
      requireEachIncludedType: false,
    })
  })
})

describe('other accounts', () => {
  const reach = {
    QUARTERTURN_ACCOUNTS: '444455556666, 555566667777',
    QUARTERTURN_TARGET_ROLE: 'team/quarterturn-target',
    QUARTERTURN_EXTERNAL_ID: 'of-the-deployment',
  }

  test('are reached by a role and an external id of the deployment', () => {
    const config = readConfig({
      ...reach,
      QUARTERTURN_REGIONS: 'eu-central-1',
      QUARTERTURN_STOP: '444455556666',
    })
    expect(config.stopped).toEqual(['444455556666'])
    expect(config.reach).toEqual({
      accounts: ['444455556666', '555566667777'],
      regions: ['eu-central-1'],
      role: { name: 'team/quarterturn-target', externalId: 'of-the-deployment' },
      hosts: { list: new Map(), allowsLoopback: false },
    })
    expect(readConfig({ QUARTERTURN_STOP: 'all' }).stopped).toBe('all')
  })

  test('may be listed in a file, with a line for each and remarks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quarterturn-config-'))
    const file = join(folder, 'accounts')
    writeFileSync(file, '# production\n444455556666 # payments\n555566667777\n')
    const { accounts } = readConfig({ ...reach, QUARTERTURN_ACCOUNTS: file }).reach
    rmSync(folder, { recursive: true })
    expect(accounts).toEqual(['444455556666', '555566667777'])
    expect(() => readConfig({ ...reach, QUARTERTURN_ACCOUNTS: file })).toThrow(
      'QUARTERTURN_ACCOUNTS names a file that cannot be read',
    )
  })

  test('have hosts of their own; several entries of an account count together', () => {
    const { hosts } = readConfig({
      QUARTERTURN_HOSTS: '444455556666=.db.example.com 10.20.0.0/16, 444455556666=One.example.com',
      QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'yes',
    }).reach
    expect(hosts?.allowsLoopback).toBe(true)
    expect(hosts?.list.get('444455556666')).toMatchObject([
      { kind: 'suffix', suffix: '.db.example.com' },
      { kind: 'range' },
      { kind: 'host', host: 'one.example.com' },
    ])
  })

  test.each([
    ['QUARTERTURN_TARGET_ROLE', 'QUARTERTURN_TARGET_ROLE is missing, and QUARTERTURN_ACCOUNTS needs it'],
    ['QUARTERTURN_EXTERNAL_ID', 'QUARTERTURN_EXTERNAL_ID is missing, and QUARTERTURN_ACCOUNTS needs it'],
    ['QUARTERTURN_ACCOUNTS', 'QUARTERTURN_TARGET_ROLE has no use without QUARTERTURN_ACCOUNTS'],
  ])('are refused without %s', (name, message) => {
    expect(() => readConfig({ ...reach, [name]: '' })).toThrow(message)
  })

  test.each<readonly [name: string, value: string, message: string]>([
    ['QUARTERTURN_ACCOUNTS', '4444', 'must be account numbers'],
    ['QUARTERTURN_ACCOUNTS', '*', 'must be account numbers'],
    ['QUARTERTURN_TARGET_ROLE', 'arn:aws:iam::444455556666:role/x', 'must be the name of a role'],
    ['QUARTERTURN_TARGET_ROLE', '*', 'must be the name of a role'],
    ['QUARTERTURN_EXTERNAL_ID', 'x', 'must be 2 to 1224'],
    ['QUARTERTURN_REGIONS', 'everywhere', 'must be Regions'],
    ['QUARTERTURN_STOP', 'some', 'must be all, or account numbers'],
    ...[
      '444455556666',
      '444455556666=',
      '*=.example.com',
      '444455556666=*.example.com',
      '444455556666=.com',
      '444455556666=.rds.amazonaws.com',
      '444455556666=.eu-west-1.rds.amazonaws.com',
      '444455556666=.amazonaws.com.cn',
      '444455556666=0.0.0.0/0',
      '444455556666=10.0.0.0/33',
      '444455556666=10.0.0/8',
    ].map((hosts) => ['QUARTERTURN_HOSTS', hosts, 'must be entries such as'] as const),
  ])('%s is not %s', (name, value, message) => {
    expect(() => readConfig({ ...reach, [name]: value })).toThrow(`${name} ${message}`)
  })
})

describe('a certificate authority', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quarterturn-config-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('may come from a file', () => {
    const file = join(folder, 'ca.pem')
    writeFileSync(file, `# ours\n${pem}\n${pem}`)
    expect(readConfig({ QUARTERTURN_TLS_CA: file }).options.postgres.ca).toBe(`${pem.trim()}\n${pem.trim()}`)
  })

  test('is refused when it is none', () => {
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    expect(() => readConfig({ QUARTERTURN_TLS_CA: broken })).toThrow('has a certificate that cannot be read')
    expect(() => readConfig({ QUARTERTURN_TLS_CA: 'ca.pem' })).toThrow('absolute path')
    expect(() => readConfig({ QUARTERTURN_TLS_CA: join(folder, 'none') })).toThrow(
      'names a file that cannot be read',
    )
  })
})

describe('a wrong variable is named', () => {
  const cases: [Record<string, string>, string][] = [
    [
      { QUARTERTURN_STRATEGIE: 'single-user' },
      'QUARTERTURN_STRATEGIE is unknown: did you mean QUARTERTURN_STRATEGY?',
    ],
    [
      { quarterturn_strategy: 'single-user' },
      'quarterturn_strategy is unknown: did you mean QUARTERTURN_STRATEGY?',
    ],
    [{ QUARTERTURN_COLOUR: 'blue' }, 'CONFIG_INVALID: QUARTERTURN_COLOUR is unknown; correct'],
    [
      { QUARTERTURN_STRATEGY: 'both' },
      'QUARTERTURN_STRATEGY must be one of single-user, dual-password, alternating-users, overlapping, staged, grace, in-place-minted, refresh-token, conditional',
    ],
    [{ QUARTERTURN_RESERVE_MS: '2s' }, 'QUARTERTURN_RESERVE_MS must be a whole number from 500 to 60000'],
    [{ QUARTERTURN_RESERVE_MS: '0' }, 'QUARTERTURN_RESERVE_MS must be a whole number from 500 to 60000'],
    [{ EXCLUDE_NUMBERS: 'maybe' }, 'EXCLUDE_NUMBERS must be true or false'],
    [
      { QUARTERTURN_RETIRE_AFTER: 'soon' },
      'QUARTERTURN_RETIRE_AFTER must be next-rotation, immediate or a time',
    ],
    [
      { QUARTERTURN_RETIRE_AFTER: '0h' },
      'QUARTERTURN_RETIRE_AFTER must be next-rotation, immediate or a time',
    ],
    [{ QUARTERTURN_RETIRE_CHOICES: '1h,often' }, 'QUARTERTURN_RETIRE_CHOICES each must be'],
    [{ QUARTERTURN_RETIRE_AFTER: '2d' }, 'QUARTERTURN_SCHEDULE_ROLE is missing'],
    [{ QUARTERTURN_RETIRE_CHOICES: 'immediate' }, 'QUARTERTURN_SCHEDULE_ROLE is missing'],
    [
      {
        QUARTERTURN_RETIRE_AFTER: '30m',
        QUARTERTURN_SCHEDULE_ROLE: 'arn:aws:iam::111122223333:role/retire',
      },
      'a time shorter than QUARTERTURN_MINIMUM_OVERLAP',
    ],
    [{ QUARTERTURN_SCHEDULE_ROLE: 'retire' }, 'QUARTERTURN_SCHEDULE_ROLE must be the ARN of a role'],
    [{ QUARTERTURN_MINIMUM_OVERLAP: '500d' }, 'QUARTERTURN_MINIMUM_OVERLAP must be a time'],
    [{ QUARTERTURN_EVENT_BUS: 'my bus' }, 'QUARTERTURN_EVENT_BUS must be the name or ARN'],
    [
      { NODE_DEBUG: '*' },
      'NODE_DEBUG covers http, https, http2, net, stream, which would print parts of secrets',
    ],
    [{ NODE_DEBUG: 'tls,NET' }, 'NODE_DEBUG covers net,'],
    [{ NODE_DEBUG: 'str*' }, 'NODE_DEBUG covers stream,'],
    [{ QUARTERTURN_PROVIDERS: 'postgres,,' }, 'must be names of providers, separated by commas'],
  ]
  for (const [env, message] of cases) {
    test(JSON.stringify(env), () => expect(() => readConfig(env)).toThrow(message))
  }

  test('all at once', () => {
    expect(() =>
      readConfig({ QUARTERTURN_A: '1', QUARTERTURN_RESERVE_MS: 'x', PASSWORD_LENGTH: 'y' }),
    ).toThrow(/QUARTERTURN_A .*QUARTERTURN_RESERVE_MS .*PASSWORD_LENGTH/)
  })

  test('without its value, which may be a secret in the wrong place', () => {
    for (const name of Object.keys(Environment.shape).filter((one) => one !== 'EXCLUDE_CHARACTERS')) {
      try {
        readConfig({ [name]: 'correct horse battery staple' })
        expect.unreachable(name)
      } catch (error) {
        expect(String(error)).toContain(name)
        expect(String(error)).not.toContain('horse')
      }
    }
  })
})
