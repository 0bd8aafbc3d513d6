import { afterEach, describe, expect, test, vi } from 'vitest'
import { type LoopbackRds, type RdsCluster, type RdsInstance, serveRds } from '../../test/servers/rds.ts'
import { failure } from '../../test/simulation/failure.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { createLazyRds } from '../aws/clients.ts'

const started: LoopbackRds[] = []

afterEach(async () => {
  vi.unstubAllEnvs()
  for (const rds of started.splice(0)) await rds.close()
})

/** The SDK's own client, which reads the endpoint when it is first used. */
async function rdsThat(knows: Parameters<typeof serveRds>[0], denies = false) {
  const rds = await serveRds(knows, denies)
  started.push(rds)
  vi.stubEnv('AWS_ENDPOINT_URL_RDS', rds.endpoint)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
  return { port: createLazyRds(), asked: rds.asked }
}

const HOST = (name: string): string => `${name}.abc123.eu-west-1.rds.amazonaws.com`
const WRITER = HOST('unknown')
const AURORA: RdsCluster = {
  id: 'orders',
  writer: 'orders.cluster-abc123.eu-west-1.rds.amazonaws.com',
  reader: 'orders.cluster-ro-abc123.eu-west-1.rds.amazonaws.com',
  custom: ['reports.cluster-custom-abc123.eu-west-1.rds.amazonaws.com'],
}
const MAIN: RdsInstance = { id: 'main', host: HOST('main') }
const REPLICA: RdsInstance = { id: 'copy', host: HOST('copy'), replicaOf: 'main' }
const OTHER: RdsInstance = { id: 'other', host: HOST('other') }
const MEMBER: RdsInstance = { id: 'orders-1', host: HOST('orders-1'), cluster: 'orders' }

/** setSecret of a secret whose host and whose admin's host are these. */
async function setWith(
  hosts: { readonly secret: string; readonly admin: string },
  knows: Parameters<typeof serveRds>[0],
  denies = false,
) {
  const { port, asked } = await rdsThat(knows, denies)
  const stage = new Stage({
    kind: 'alternating',
    rds: port,
    more: { host: hosts.secret },
    admin: { value: { username: 'admin', password: 'admin-password', host: hosts.admin } },
  })
  const token = stage.begin()
  await stage.step('createSecret', token)
  return { asked, done: () => stage.step('setSecret', token) }
}

describe('one server', () => {
  test.each([
    ['the reader endpoint of a cluster', AURORA.reader, AURORA.writer],
    ['a custom endpoint of a cluster', AURORA.custom?.[0] ?? '', AURORA.writer],
    ['a member of a cluster', MEMBER.host, AURORA.writer],
    ['a replica of an instance', REPLICA.host, MAIN.host],
  ])('is %s and its writer', async (_what, secret, admin) => {
    const knows = { instances: [MAIN, REPLICA, OTHER, MEMBER], clusters: [AURORA] }
    const { done } = await setWith({ secret, admin }, knows)
    expect(await done()).toMatchObject({ outcome: 'done' })
  })

  test.each([
    ['two instances', OTHER.host, MAIN.host],
    ['a replica and another instance', REPLICA.host, OTHER.host],
    ['an instance outside of the cluster', OTHER.host, AURORA.writer],
    ['a writer and the admin of a reader', AURORA.writer, AURORA.reader],
    ['a name that only begins like a replica', 'copy.abc999.eu-west-1.rds.amazonaws.com', MAIN.host],
    ['a name that RDS does not know', WRITER, MAIN.host],
  ])('is not %s', async (_what, secret, admin) => {
    const knows = { instances: [MAIN, REPLICA, OTHER, MEMBER], clusters: [AURORA] }
    const { done } = await setWith({ secret, admin }, knows)
    expect((await failure(done())).code).toBe('ADMIN_HOST_MISMATCH')
  })

  test('is not asked for where no name is of RDS', async () => {
    const { done, asked } = await setWith({ secret: 'db.example.com', admin: 'db2.example.com' }, {})
    expect((await failure(done())).code).toBe('ADMIN_HOST_MISMATCH')
    expect(asked).toEqual([])
  })

  test('needs the permission, which the error names', async () => {
    const { done } = await setWith({ secret: REPLICA.host, admin: MAIN.host }, {}, true)
    const error = await failure(done())
    expect(error.code).toBe('AWS_ACCESS_DENIED')
    expect(error.message).toContain('rds:DescribeDBInstances')
  })
})

describe('an admin secret that RDS keeps', () => {
  const DB_ARN = 'arn:aws:rds:eu-west-1:111122223333:db:main'
  const CLUSTER_ARN = 'arn:aws:rds:eu-west-1:111122223333:cluster:orders'
  const CONSENT = { 'quarterturn:admin-for': 'app' }

  const kept = async (options: {
    readonly tag: readonly [name: string, arn: string]
    readonly host: string
    readonly consent: Readonly<Record<string, string>>
    readonly knows: (adminArn: string) => Parameters<typeof serveRds>[0]
  }) => {
    const [name, arn] = options.tag
    const known: { instances: RdsInstance[]; clusters: RdsCluster[] } = { instances: [], clusters: [] }
    const { port } = await rdsThat(known)
    const stage = new Stage({
      kind: 'alternating',
      rds: port,
      more: { host: options.host },
      admin: {
        value: { username: 'admin', password: 'admin-password' },
        tags: options.consent,
      },
    })
    stage.model.setOwner(stage.adminArn, { OwningService: 'rds', tags: { [name]: arn } })
    const { instances = [], clusters = [] } = options.knows(stage.adminArn)
    known.instances.push(...instances)
    known.clusters.push(...clusters)
    const token = stage.begin()
    await stage.step('createSecret', token)
    return stage.step('setSecret', token)
  }

  test.each([
    ['aws:rds:primaryDBInstanceArn', DB_ARN, MAIN.host],
    ['aws:rds:primarydbinstancearn', DB_ARN, MAIN.host],
    ['aws:rds:primaryDBClusterArn', CLUSTER_ARN, AURORA.writer],
  ])('is completed from RDS by the tag %s', async (name, arn, host) => {
    const report = await kept({
      tag: [name, arn],
      host,
      consent: CONSENT,
      knows: (masterSecret) => ({
        instances: [{ ...MAIN, masterSecret }],
        clusters: [{ ...AURORA, masterSecret }],
      }),
    })
    expect(report).toMatchObject({ outcome: 'done' })
  })

  test('consents by the tag of its server', async () => {
    const report = await kept({
      tag: ['aws:rds:primaryDBInstanceArn', DB_ARN],
      host: MAIN.host,
      consent: {},
      knows: (masterSecret) => ({ instances: [{ ...MAIN, masterSecret, tags: CONSENT }] }),
    })
    expect(report).toMatchObject({ outcome: 'done' })
  })

  test('does not serve where RDS knows of another master secret', async () => {
    const error = await failure(
      kept({
        tag: ['aws:rds:primaryDBInstanceArn', DB_ARN],
        host: MAIN.host,
        consent: CONSENT,
        knows: () => ({ instances: [{ ...MAIN, masterSecret: 'another' }] }),
      }),
    )
    expect(error.code).toBe('ADMIN_INVALID')
  })

  test('serves no secret of another server', async () => {
    const error = await failure(
      kept({
        tag: ['aws:rds:primaryDBInstanceArn', DB_ARN],
        host: OTHER.host,
        consent: CONSENT,
        knows: (masterSecret) => ({ instances: [{ ...MAIN, masterSecret }, OTHER] }),
      }),
    )
    expect(error.code).toBe('ADMIN_HOST_MISMATCH')
  })
})
