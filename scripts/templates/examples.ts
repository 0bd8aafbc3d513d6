/** `templates/examples/`: a secret with its schedule for each provider and strategy. The value itself stays out of CloudFormation. */
import { outputOf } from './names.ts'
import { equals, not, ref, remark, where } from './yaml.ts'

interface Example {
  /** The file's name, without its ending. */
  readonly name: string
  readonly handler: string
  readonly title: string
  /** What `put-secret-value` is given, as the provider's README says. */
  readonly value: Readonly<Record<string, string | number | boolean>>
  /** The tag `quarterturn:strategy`; undefined: the provider's default. */
  readonly strategy?: string
  /** What is put into the secret of the admin; undefined: there is none. */
  readonly admin?: Readonly<Record<string, string | number>>
}

const postgres = {
  engine: 'postgres',
  host: 'DATABASE_HOST',
  port: 5432,
  username: 'app',
  password: 'IN_FORCE',
}
const mysql = { engine: 'mysql', host: 'DATABASE_HOST', port: 3306, username: 'app', password: 'IN_FORCE' }
const masterarn = 'ARN_OF_ADMIN_SECRET'

export const EXAMPLES: readonly Example[] = [
  {
    name: 'mysql-dual-password',
    handler: 'rotate-mysql',
    title: 'A MySQL user that has two passwords for a while: no gap. It needs APPLICATION_PASSWORD_ADMIN.',
    value: { ...mysql, dbname: 'app' },
    strategy: 'dual-password',
  },
  {
    name: 'mysql-alternating-users',
    handler: 'rotate-mysql',
    title: 'Two MySQL users that change places, by an admin: no gap.',
    value: { ...mysql, dbname: 'app', masterarn },
    strategy: 'alternating-users',
    admin: { ...mysql, username: 'rotadmin' },
  },
  {
    name: 'oauth-cognito',
    handler: 'rotate-oauth',
    title:
      'The secret of an app client of Amazon Cognito: no gap. Its user pool carries the tag quarterturn:rotates with the value client-secrets.',
    value: {
      engine: 'oauth',
      profile: 'cognito',
      domainUrl: 'https://DOMAIN.auth.eu-west-1.amazoncognito.com',
      userPoolId: 'eu-west-1_POOL',
      clientId: 'CLIENT',
      clientSecret: 'IN_FORCE',
      scope: 'API/READ',
    },
  },
  {
    name: 'oauth-entra',
    handler: 'rotate-oauth',
    title: 'The secret of an application of Microsoft Entra ID, which replaces its own: no gap.',
    value: {
      engine: 'oauth',
      profile: 'entra',
      tenantId: 'TENANT',
      clientId: 'CLIENT',
      clientSecret: 'IN_FORCE',
      secretId: 'KEY_ID',
      scope: 'https://graph.microsoft.com/.default',
    },
  },
  {
    name: 'oauth-hydra',
    handler: 'rotate-oauth',
    title: 'The key pair of a client of Ory Hydra that signs its token requests: no gap.',
    value: {
      engine: 'oauth',
      profile: 'hydra',
      publicUrl: 'https://auth.example.com',
      adminUrl: 'https://hydra-admin.example.com',
      clientId: 'CLIENT',
      privateKey: 'PEM_IN_FORCE',
      keyId: 'KEY_ID',
    },
  },
  {
    name: 'postgres-single-user',
    handler: 'rotate-postgres',
    title:
      'A PostgreSQL user that changes its own password: consumers retry for the seconds between two steps.',
    value: { ...postgres, dbname: 'app' },
  },
  {
    name: 'postgres-alternating-users',
    handler: 'rotate-postgres',
    title: 'Two PostgreSQL users that change places, by an admin: no gap.',
    value: { ...postgres, dbname: 'app', masterarn },
    strategy: 'alternating-users',
    admin: { ...postgres, username: 'rotadmin' },
  },
  {
    name: 'salesforce-staged',
    handler: 'rotate-salesforce',
    title: 'The key and secret of an app of Salesforce, which consumers read together: no gap.',
    value: {
      baseUri: 'https://ORG.my.salesforce.com',
      appId: 'APP_ID',
      consumerId: 'CONSUMER_ID',
      consumerKey: 'IN_FORCE',
      consumerSecret: 'IN_FORCE',
    },
  },
  {
    name: 'rds-admin-user',
    handler: 'rotate-rds',
    title:
      'The admin user of an RDS instance, by the API of RDS. Its owner has tagged the instance with the ARN of the secret: quarterturn:secret.',
    value: {
      engine: 'postgres',
      host: 'INSTANCE.ID.REGION.rds.amazonaws.com',
      port: 5432,
      username: 'postgres',
      password: 'IN_FORCE',
    },
  },
  {
    name: 'salesforce-single-user',
    handler: 'rotate-salesforce',
    title:
      'A Salesforce user that changes its own password: consumers retry for the seconds between two steps.',
    value: {
      engine: 'salesforce',
      baseUri: 'https://ORG.my.salesforce.com',
      username: 'app@example.com',
      password: 'IN_FORCE',
      requiresSecurityToken: false,
    },
  },
]

const WINDOW = `Secrets Manager begins a rotation somewhere in this window, which opens on the hour (UTC) and is open for Duration.
A failed rotation is tried again while it is open, so 4 hours leave time for retries; it may not run past the end of
the day. With rate() a change of this schedule can set off the rotation that was planned before; cron() does not.`

const ONCE = `The stack makes the secret without a value: CloudFormation would put the first value back whenever it changed, and lock
everybody out. Deploy with Rotate=false, store the value that is in force, deploy again with Rotate=true:`

const secret = (name: unknown, tags: Readonly<Record<string, unknown>>): object => ({
  Type: 'AWS::SecretsManager::Secret',
  DeletionPolicy: 'Retain',
  UpdateReplacePolicy: 'Retain',
  Properties: {
    Name: name,
    KmsKeyId: where('HasKey', ref('KeyArn')),
    Tags:
      Object.keys(tags).length === 0
        ? undefined
        : Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  },
})

function exampleTemplate({ handler, title, value, strategy, admin }: Example): object {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: title,
    Parameters: {
      RotationFunctionArn: {
        Type: 'String',
        AllowedPattern: '^arn:[a-z-]+:lambda:[a-z0-9-]+:\\d{12}:function:[a-zA-Z0-9_:-]+$',
        Description: `Output ${outputOf(handler).workload} of template.yaml, or ${outputOf(handler).hub} of a hub.`,
      },
      SecretName: {
        Type: 'String',
        Default: 'app/database',
        Description: 'Begins with the SecretNamePrefix of the functions, or of the target role.',
      },
      ...(admin === undefined
        ? {}
        : {
            AdminSecretName: {
              Type: 'String',
              Default: 'admin/database',
              Description: 'Begins with the AdminSecretNamePrefix of the functions, or of the target role.',
            },
          }),
      KeyArn: {
        Type: 'String',
        Default: '',
        Description: 'A customer managed key, which is on the list KeyArns too. Empty: aws/secretsmanager.',
      },
      Rotate: {
        Type: 'String',
        Default: 'false',
        AllowedValues: ['true', 'false'],
        Description: 'Whether the secret is rotated by its schedule. It must have its value by then.',
      },
    },
    Conditions: { HasKey: not(equals(ref('KeyArn'), '')), Rotates: equals(ref('Rotate'), 'true') },
    Resources: {
      Secret: remark(
        [ONCE, ...putting('SecretName', value)].join('\n'),
        secret(ref('SecretName'), strategy === undefined ? {} : { 'quarterturn:strategy': strategy }),
      ),
      ...(admin === undefined
        ? {}
        : {
            AdminSecret: remark(
              [
                'The admin, which is read and never changed. The tag is its consent.',
                ...putting('AdminSecretName', admin),
              ].join('\n'),
              secret(ref('AdminSecretName'), { 'quarterturn:admin-for': ref('SecretName') }),
            ),
          }),
      Schedule: {
        Type: 'AWS::SecretsManager::RotationSchedule',
        Condition: 'Rotates',
        Properties: {
          SecretId: ref('Secret'),
          RotationLambdaARN: ref('RotationFunctionArn'),
          RotateImmediatelyOnUpdate: remark(
            'Otherwise each change of this resource rotates at once. So only the test rotation runs, which changes nothing and tells\nwhether the real one would go well.',
            false,
          ),
          RotationRules: remark(WINDOW, { ScheduleExpression: 'cron(0 2 1 * ? *)', Duration: '4h' }),
        },
      },
    },
    Outputs: {
      SecretArn: { Value: ref('Secret') },
      ...(admin === undefined
        ? {}
        : { AdminSecretArn: { Description: 'masterarn of the secret', Value: ref('AdminSecret') } }),
    },
  }
}

/** The command that stores a value, from a file so that the password is in no shell's history. */
const putting = (name: string, value: object): readonly string[] => [
  `  aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://value.json`,
  `  ${JSON.stringify(value)}`,
]

export const exampleTemplates = (): readonly (readonly [path: string, title: string, template: object])[] =>
  EXAMPLES.map((example) => [
    `templates/examples/${example.name}.yaml`,
    example.title,
    exampleTemplate(example),
  ])
