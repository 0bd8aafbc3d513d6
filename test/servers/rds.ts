import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What RDS tells of an instance; names as in its API. */
export interface RdsInstance {
  readonly id: string
  readonly host: string
  /** Default: 5432. */
  readonly port?: number
  readonly engine?: string
  readonly cluster?: string
  readonly replicaOf?: string
  readonly masterSecret?: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface RdsCluster {
  readonly id: string
  readonly writer: string
  readonly reader: string
  readonly custom?: readonly string[]
  readonly engine?: string
  readonly masterSecret?: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface LoopbackRds {
  readonly endpoint: string
  /** Every action asked for, with its identifier. */
  readonly asked: string[]
  close(): Promise<void>
}

const ARN = /^arn:aws:rds:[a-z0-9-]+:\d{12}:(db|cluster):/

/**
 * RDS on loopback, as far as rotation uses it: DescribeDBInstances and DescribeDBClusters by identifier or ARN, in the
 * query protocol with the response shapes of the API reference (2014-10-31). `denies` answers AccessDenied instead.
 */
export async function serveRds(
  known: { readonly instances?: readonly RdsInstance[]; readonly clusters?: readonly RdsCluster[] },
  denies = false,
): Promise<LoopbackRds> {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request))
    const action = form.get('Action') ?? ''
    const id = form.get('DBInstanceIdentifier') ?? form.get('DBClusterIdentifier') ?? ''
    asked.push(`${action} ${id}`)
    const answer = (status: number, body: string): void => {
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body)
    }
    if (denies) {
      const what = `User: arn:aws:sts::111122223333:assumed-role/rotate/x is not authorized to perform: rds:${action}`
      return answer(403, failed('AccessDenied', what))
    }
    const name = id.replace(ARN, '')
    const member =
      action === 'DescribeDBInstances'
        ? known.instances?.filter((one) => one.id === name).map(instanceXml)
        : known.clusters?.filter((one) => one.id === name).map(clusterXml)
    const kind = action === 'DescribeDBInstances' ? 'DBInstance' : 'DBCluster'
    if (member === undefined || member.length === 0)
      return answer(
        404,
        failed(kind === 'DBInstance' ? 'DBInstanceNotFound' : 'DBClusterNotFoundFault', `${kind} not found.`),
      )
    answer(
      200,
      `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${action}Result><${kind}s>${member.join('')}</${kind}s></${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const failed = (code: string, message: string): string =>
  `<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`

const element = (name: string, content: string | number | undefined): string =>
  content === undefined ? '' : `<${name}>${content}</${name}>`

const managed = ({ masterSecret, tags = {} }: RdsInstance | RdsCluster): string =>
  (masterSecret === undefined
    ? ''
    : element('MasterUserSecret', element('SecretArn', masterSecret) + element('SecretStatus', 'active'))) +
  element(
    'TagList',
    Object.entries(tags)
      .map(([key, value]) => element('Tag', element('Key', key) + element('Value', value)))
      .join(''),
  )

const instanceXml = (one: RdsInstance): string =>
  element(
    'DBInstance',
    element('DBInstanceIdentifier', one.id) +
      element('Engine', one.engine ?? 'postgres') +
      element('Endpoint', element('Address', one.host) + element('Port', one.port ?? 5432)) +
      element('DBClusterIdentifier', one.cluster) +
      element('ReadReplicaSourceDBInstanceIdentifier', one.replicaOf) +
      managed(one),
  )

const clusterXml = (one: RdsCluster): string =>
  element(
    'DBCluster',
    element('DBClusterIdentifier', one.id) +
      element('Engine', one.engine ?? 'aurora-postgresql') +
      element('Endpoint', one.writer) +
      element('ReaderEndpoint', one.reader) +
      element('CustomEndpoints', (one.custom ?? []).map((host) => element('member', host)).join('')) +
      element('Port', 5432) +
      managed(one),
  )
