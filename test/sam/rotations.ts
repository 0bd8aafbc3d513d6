/** What the built packages do under the roles of the templates, at real servers. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connectAs, signInOf } from '../../demo/sign-in.ts'
import { setupScript } from '../../providers/postgres/alternating/setup.ts'
import type { Check } from '../../scripts/check.ts'
import { CALM, createLocalAws, type LocalAws, serveLocal } from '../../shared/local/index.ts'
import { type MysqlServer, requireMysql } from '../servers/mysql/server.ts'
import { type PostgresServer, requirePostgres } from '../servers/postgres.ts'
import { deployFunction, makeRole, resourcesOf, type Stack } from './deployed.ts'
import { createSecret, type Rotated, rotateColdAndWarm, storedIn } from './rotation.ts'

const FUNCTIONS = '111122223333'
const MEMBER = '444455556666'
const EXTERNAL_ID = 'external-id-of-the-hub'
const password = (): string => randomBytes(18).toString('base64url')

/** Folders that `sam build` wrote. */
export interface Built {
  readonly workload: string
  readonly hub: string
}

export async function checkRotations(check: Check, built: Built): Promise<void> {
  const postgres = await check.claim('PostgreSQL starts', () => requirePostgres({ kind: 'embedded' }))
  const mysql = await check.claim('MySQL starts', () => requireMysql({ kind: 'mysql' }))
  try {
    if (postgres !== undefined) {
      await check.claim('template.yaml: rotate-postgres, two users by an admin', () =>
        inWorkload(built.workload, postgres),
      )
      await check.claim('templates/hub.yaml: rotate-postgres through the target role', () =>
        throughHub(built.hub, postgres),
      )
    }
    if (mysql !== undefined)
      await check.claim('template.yaml: rotate-mysql, two passwords', () =>
        onMysql(built.workload, mysql, 'rotate-mysql'),
      )
    if (mysql !== undefined)
      await check.claim('template.yaml: rotate, which chooses by the secret', () =>
        onMysql(built.workload, mysql, 'rotate'),
      )
  } finally {
    await postgres?.stop()
    await mysql?.stop()
  }
}

async function onLocalAws<T>(work: (aws: LocalAws, url: string) => Promise<T>): Promise<T> {
  const aws = createLocalAws({ accountId: FUNCTIONS, unpublished: CALM })
  const server = await serveLocal(aws)
  try {
    return await work(aws, server.url)
  } finally {
    await server.close()
  }
}

const workload: Stack = {
  template: 'template.yaml',
  account: FUNCTIONS,
  parameters: {
    DeployRotate: 'true',
    DeployRotateMysql: 'true',
    DeployRotatePostgres: 'true',
    SecretNamePrefix: 'app/',
    AdminSecretNamePrefix: 'admin/',
  },
}

async function inWorkload(built: string, server: PostgresServer): Promise<string> {
  const { user, admin } = await makePair(server)
  return await onLocalAws(async (aws, url) => {
    const environment = { AWS_ENDPOINT_URL: url, QUARTERTURN_TLS_CA: server.ca }
    const deployed = deployFunction({ aws, stack: workload, handler: 'rotate-postgres', built, environment })
    const model = aws.defaultAccount.secretsManager()
    const masterarn = createSecret(model, {
      name: 'admin/pair',
      value: admin,
      tags: { 'quarterturn:admin-for': 'app/pair' },
    })
    const tags = { 'quarterturn:strategy': 'alternating-users' }
    const secret = createSecret(model, { name: 'app/pair', value: { ...user, masterarn }, tags })
    const rotated = await rotateColdAndWarm({ aws, model, deployed }, secret)
    return await proven(rotated, deployed.memoryMb, [user, admin], storedIn(model, secret), server.ca)
  })
}

async function throughHub(built: string, server: PostgresServer): Promise<string> {
  const user = await makeUser(server, 'hubbed')
  return await onLocalAws(async (aws, url) => {
    const hub: Stack = {
      template: 'templates/hub.yaml',
      account: FUNCTIONS,
      parameters: {
        DeployRotatePostgres: 'true',
        Accounts: MEMBER,
        ExternalId: EXTERNAL_ID,
        Hosts: `${MEMBER}=localhost`,
        Release: '2611292100',
      },
    }
    const environment = {
      AWS_ENDPOINT_URL: url,
      QUARTERTURN_TLS_CA: server.ca,
      QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'true',
    }
    const deployed = deployFunction({ aws, stack: hub, handler: 'rotate-postgres', built, environment })
    const target: Stack = {
      template: 'templates/target-role.yaml',
      account: MEMBER,
      parameters: {
        RoleName: 'quarterturn-target-rotate-postgres',
        ExecutionRoleArn: deployed.role.arn,
        FunctionArn: deployed.arn,
        ExternalId: EXTERNAL_ID,
        SecretNamePrefix: 'app/',
      },
    }
    makeRole(aws, MEMBER, 'quarterturn-target-rotate-postgres', resourcesOf(target)['TargetRole'])
    const model = aws.account(MEMBER).secretsManager()
    const secret = createSecret(model, { name: 'app/hubbed', value: user })
    const rotated = await rotateColdAndWarm({ aws, model, deployed, qualifier: 'live' }, secret)
    // What the alarm of the account looks at.
    assert.match(rotated.output, /\["service","provider","account"\]/)
    assert.match(rotated.output, new RegExp(`"account":"${MEMBER}"`))
    return await proven(rotated, deployed.memoryMb, [user], storedIn(model, secret), server.ca)
  })
}

async function onMysql(built: string, server: MysqlServer, handler: string): Promise<string> {
  const user = {
    engine: 'mysql',
    host: server.host,
    port: server.port,
    username: handler,
    password: password(),
  }
  await server.sql(`CREATE USER '${handler}'@'%' IDENTIFIED BY '${user.password}'`)
  await server.sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO '${handler}'@'%'`)
  return await onLocalAws(async (aws, url) => {
    const environment = { AWS_ENDPOINT_URL: url, QUARTERTURN_TLS_CA: server.ca }
    const deployed = deployFunction({ aws, stack: workload, handler, built, environment })
    const model = aws.defaultAccount.secretsManager()
    const secret = createSecret(model, { name: 'app/two', value: user })
    const rotated = await rotateColdAndWarm({ aws, model, deployed }, secret)
    return await proven(rotated, deployed.memoryMb, [user], storedIn(model, secret), server.ca)
  })
}

async function proven(
  { peakMb, output }: Rotated,
  memoryMb: number,
  before: readonly { readonly password: string }[],
  after: Record<string, unknown>,
  ca: string,
): Promise<string> {
  const who = await connectAs(signInOf(after, ca))
  assert.ok(peakMb > 0 && peakMb < memoryMb, `${peakMb} MB of ${memoryMb}`)
  assert.match(output, /Rotation evidence/)
  for (const secret of [...before.map((value) => value.password), String(after['password'])])
    assert.ok(!output.includes(secret), 'the log holds a password')
  return `${who} signs in; at most ${peakMb} MB of ${memoryMb}`
}

async function makeUser(server: PostgresServer, username: string) {
  const { host, port } = server
  const user = { engine: 'postgres', host, port, dbname: 'postgres', username, password: password() }
  await server.sql(`CREATE ROLE ${username} LOGIN PASSWORD '${user.password}'`)
  return user
}

async function makePair(server: PostgresServer) {
  const { host, port } = server
  const place = { engine: 'postgres', host, port, dbname: 'pairs' }
  const [user, admin] = [
    { ...place, username: 'paired', password: password() },
    { ...place, username: 'rotation_admin', password: password() },
  ]
  await server.sql(`CREATE ROLE paired LOGIN PASSWORD '${user.password}'`)
  await server.sql('CREATE DATABASE pairs OWNER paired')
  const version = Number.parseInt(server.version, 10)
  const script = setupScript({ user: 'paired', admin: 'rotation_admin', database: 'pairs', version })
  // Left out is what only psql knows: it asks for the password.
  await server.sql(
    script
      .split('\n')
      .filter((line) => line !== '' && !/^(--|\\)/.test(line))
      .join('\n'),
  )
  await server.sql(`ALTER ROLE rotation_admin PASSWORD '${admin.password}'`)
  return { user, admin }
}
