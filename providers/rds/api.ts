import {
  AddTagsToResourceCommand,
  type DBCluster,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import { LIMITS } from '../../shared/aws/limits.ts'
import type { AwsAccess, AwsStatement } from '../../shared/provider/index.ts'
import { APPLIED, BINDING } from './note.ts'

/** What is changed, and where. */
export interface ServerName {
  readonly kind: 'instance' | 'cluster'
  readonly id: string
  readonly arn: string
}

/** The part of RDS that is used; each rejects with the error of AWS. */
export interface RdsApi {
  describe(server: ServerName): Promise<Described | undefined>
  /** RDS takes the password at once and carries the change out by itself. */
  setPassword(server: ServerName, password: string): Promise<void>
  /** Notes what was set. A repeat replaces the note. */
  note(server: ServerName, text: string): Promise<void>
}

/** An instance or cluster, by the names of the API reference (2014-10-31). */
export interface Described {
  readonly Status?: string | undefined
  readonly ResourceId?: string | undefined
  readonly MasterUsername?: string | undefined
  readonly Host?: string | undefined
  readonly Port?: number | undefined
  readonly isPasswordPending: boolean
  /** The secret in which RDS keeps the password itself. */
  readonly MasterUserSecret?: string | undefined
  /** Of an instance: the cluster that it is a member of, or the instance that it is a replica of. */
  readonly clusterId?: string | undefined
  readonly replicaOf?: string | undefined
  readonly tags: ReadonlyMap<string, string>
}

/** `signal` breaks every call off, on the wire too. */
export type ConnectRds = (aws: AwsAccess, signal: AbortSignal) => RdsApi

const DESCRIBE = { instance: 'rds:DescribeDBInstances', cluster: 'rds:DescribeDBClusters' } as const
const MODIFY = { instance: 'rds:ModifyDBInstance', cluster: 'rds:ModifyDBCluster' } as const

const looking = ({ kind, arn }: ServerName): readonly AwsStatement[] => [
  { actions: [DESCRIBE[kind]], resources: [arn] },
]

/** The tag of the owner is asked for by AWS itself, at the moment of the change. */
export function changing({ kind, arn }: ServerName, secretArn: string): readonly AwsStatement[] {
  const bound = { StringEquals: { [`aws:ResourceTag/${BINDING}`]: secretArn } }
  return [
    { actions: [MODIFY[kind]], resources: [arn], conditions: bound },
    {
      actions: ['rds:AddTagsToResource'],
      resources: [arn],
      conditions: { ...bound, 'ForAllValues:StringEquals': { 'aws:TagKeys': [APPLIED] } },
    },
  ]
}

/** RDS by the SDK. `AWS_ENDPOINT_URL_RDS` is read by the SDK. */
export const connectBySdk: ConnectRds = (aws, signal) => {
  const options = { abortSignal: signal }
  /** A client for one call: what signs it is asked for anew, since a session may end while RDS is waited for. */
  const calling = async <T>(
    statements: readonly AwsStatement[],
    call: (client: RDSClient) => Promise<T>,
  ): Promise<T> => {
    const credentials = await aws.credentials(statements)
    const client = new RDSClient({ ...LIMITS, region: aws.region, credentials })
    try {
      return await call(client)
    } finally {
      client.destroy()
    }
  }
  return {
    describe: (server) =>
      calling(looking(server), async (client) => {
        const { id, kind } = server
        if (kind === 'cluster') {
          const command = new DescribeDBClustersCommand({ DBClusterIdentifier: id })
          return clusterAs((await client.send(command, options)).DBClusters?.[0])
        }
        const command = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id })
        return instanceAs((await client.send(command, options)).DBInstances?.[0])
      }),

    // Without ApplyImmediately: a password is changed at once all the same, and what else waits for the maintenance window stays.
    setPassword: (server, MasterUserPassword) =>
      calling(changing(server, aws.secretArn), async (client) => {
        const { id, kind } = server
        if (kind === 'cluster')
          await client.send(
            new ModifyDBClusterCommand({ DBClusterIdentifier: id, MasterUserPassword }),
            options,
          )
        else
          await client.send(
            new ModifyDBInstanceCommand({ DBInstanceIdentifier: id, MasterUserPassword }),
            options,
          )
      }),

    note: (server, Value) =>
      calling(changing(server, aws.secretArn), async (client) => {
        await client.send(
          new AddTagsToResourceCommand({ ResourceName: server.arn, Tags: [{ Key: APPLIED, Value }] }),
          options,
        )
      }),
  }
}

const clusterAs = (cluster: DBCluster | undefined): Described | undefined =>
  cluster && {
    Status: cluster.Status,
    ResourceId: cluster.DbClusterResourceId,
    MasterUsername: cluster.MasterUsername,
    Host: cluster.Endpoint,
    Port: cluster.Port,
    isPasswordPending: cluster.PendingModifiedValues?.MasterUserPassword !== undefined,
    MasterUserSecret: cluster.MasterUserSecret?.SecretArn,
    tags: tagsOf(cluster.TagList),
  }

const instanceAs = (instance: DBInstance | undefined): Described | undefined =>
  instance && {
    Status: instance.DBInstanceStatus,
    ResourceId: instance.DbiResourceId,
    MasterUsername: instance.MasterUsername,
    Host: instance.Endpoint?.Address,
    Port: instance.Endpoint?.Port,
    isPasswordPending: instance.PendingModifiedValues?.MasterUserPassword !== undefined,
    MasterUserSecret: instance.MasterUserSecret?.SecretArn,
    clusterId: instance.DBClusterIdentifier,
    replicaOf: instance.ReadReplicaSourceDBInstanceIdentifier,
    tags: tagsOf(instance.TagList),
  }

const tagsOf = (
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): ReadonlyMap<string, string> => new Map(list.map(({ Key = '', Value = '' }) => [Key, Value]))
