/** What the built packages do under the roles of the templates, at real servers. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connectAs, signInOf } from '../../demo/sign-in.ts'
import { setupScript } from '../../providers/postgres/alternating/setup.ts'
import type { Check } from '../../scripts/check.ts'
import { type MysqlServer, requireMysql } from '../servers/mysql/server.ts'
import { type PostgresServer, requirePostgres } from '../servers/postgres.ts'
import { type Bus, serveBus } from './bus.ts'
import { deployFunction } from './deployed.ts'
import { createSecret, type Rotated, retireCold, rotateColdAndWarm, storedIn } from './rotation.ts'
import {
  type Built,
  deployInHub,
  FUNCTIONS,
  MEMBER,
  onLocalAws,
  requireAccountIn,
  requireQuiet,
  workload,
} from './stage.ts'

const BUS_ARN = `arn:aws:events:eu-west-1:${FUNCTIONS}:event-bus/evidence`

const password = (): string => randomBytes(18).toString('base64url')

export async function checkRotations(check: Check, built: Built): Promise<void> {
  const postgres = await check.claim('PostgreSQL starts', () => requirePostgres({ kind: 'embedded' }))
  const mysql = await check.claim('MySQL starts', () => requireMysql({ kind: 'mysql' }))
  try {
    if (postgres !== undefined) {
      await check.claim(
        'template.yaml: rotate-postgres, two users by an admin, the old one retired, evidence on a bus',
        () => inWorkload(built.workload, postgres),
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

async function inWorkload(built: string, server: PostgresServer): Promise<string> {
  const { user, admin } = await makePair(server)
  const bus = await serveBus()
  try {
    return await onLocalAws(async (aws, url) => {
      const environment = {
        AWS_ENDPOINT_URL: url,
        AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
        QUARTERTURN_TLS_CA: server.ca,
      }
      const stack = workload({ EvidenceBusArn: BUS_ARN, RetireChoices: 'immediate' })
      const deployed = deployFunction({ aws, stack, handler: 'rotate-postgres', built, environment })
      const model = aws.defaultAccount.secretsManager()
      const masterarn = createSecret(model, {
        name: 'admin/pair',
        value: admin,
        tags: { 'quarterturn:admin-for': 'app/pair' },
      })
      const tags = { 'quarterturn:strategy': 'alternating-users', 'quarterturn:retire-after': 'immediate' }
      const secret = createSecret(model, { name: 'app/pair', value: { ...user, masterarn }, tags })
      const of = { aws, model, deployed }
      const rotated = await rotateColdAndWarm(of, secret)
      const [current, previous] = [storedIn(model, secret), storedIn(model, secret, 'AWSPREVIOUS')]
      await connectAs(signInOf(previous, server.ca))
      const retired = await retireCold(of)
      await assert.rejects(connectAs(signInOf(previous, server.ca)), 'the old user signs in')
      const passwords = [user, admin, current, previous].map(({ password: one }) => one)
      requireQuiet(retired, deployed.memoryMb, passwords)
      requireEvidence(bus, secret, passwords)
      return await proven(rotated, deployed.memoryMb, [user, admin], current, server.ca)
    })
  } finally {
    await bus.close()
  }
}

/** One record for each rotation, and the last one anew after its retirement. */
function requireEvidence({ entries }: Bus, secret: string, passwords: readonly unknown[]): void {
  const records = entries.filter(({ DetailType }) => DetailType === 'Rotation Evidence')
  const [first, second, retired, ...more] = records.map(({ Detail }) => Detail)
  assert.deepEqual(more, [])
  assert.notEqual(first?.versionId, second?.versionId)
  assert.equal(retired?.versionId, second?.versionId)
  assert.deepEqual([retired?.oldCredential, typeof retired?.retiredAt], ['refused', 'string'])
  for (const entry of entries) {
    assert.deepEqual([entry.EventBusName, entry.Source, entry.Resources], [BUS_ARN, 'quarterturn', [secret]])
    for (const one of passwords)
      assert.ok(!JSON.stringify(entry).includes(String(one)), 'an event holds a password')
  }
}

async function throughHub(built: string, server: PostgresServer): Promise<string> {
  const user = await makeUser(server, 'hubbed')
  return await onLocalAws(async (aws, url) => {
    const deployed = deployInHub({
      aws,
      handler: 'rotate-postgres',
      deploys: 'DeployRotatePostgres',
      built,
      hosts: 'localhost',
      environment: { AWS_ENDPOINT_URL: url, QUARTERTURN_TLS_CA: server.ca },
    })
    const model = aws.account(MEMBER).secretsManager()
    const secret = createSecret(model, { name: 'app/hubbed', value: user })
    const rotated = await rotateColdAndWarm({ aws, model, deployed, qualifier: 'live' }, secret)
    requireAccountIn(rotated)
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
    const deployed = deployFunction({ aws, stack: workload(), handler, built, environment })
    const model = aws.defaultAccount.secretsManager()
    const secret = createSecret(model, { name: 'app/two', value: user })
    const rotated = await rotateColdAndWarm({ aws, model, deployed }, secret)
    return await proven(rotated, deployed.memoryMb, [user], storedIn(model, secret), server.ca)
  })
}

async function proven(
  rotated: Rotated,
  memoryMb: number,
  before: readonly { readonly password: string }[],
  after: Record<string, unknown>,
  ca: string,
): Promise<string> {
  const who = await connectAs(signInOf(after, ca))
  const passwords = [...before.map((value) => value.password), after['password']]
  return `${who} signs in; ${requireQuiet(rotated, memoryMb, passwords)}`
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
