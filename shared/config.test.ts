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
