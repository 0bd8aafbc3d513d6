import {
  AddTagsToResourceCommand,
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

/** RDS by the SDK, whose clients are made when they are needed. `AWS_ENDPOINT_URL_RDS` is read by the SDK. */
export const connectBySdk: ConnectRds = (aws, signal) => {
  const clients = new Map<string, RDSClient>()
  const clientFor = (statements: readonly AwsStatement[]): RDSClient => {
    const key = JSON.stringify(statements)
    const known = clients.get(key)
    if (known !== undefined) return known
    const made = new RDSClient({
      ...LIMITS,
      region: aws.region,
      credentials: () => aws.credentials(statements),
    })
    clients.set(key, made)
    return made
  }
  const options = { abortSignal: signal }
  return {
    async describe(server) {
      const client = clientFor(looking(server))
      const { id } = server
      if (server.kind === 'cluster') {
        const { DBClusters } = await client.send(
          new DescribeDBClustersCommand({ DBClusterIdentifier: id }),
          options,
        )
        const cluster = DBClusters?.[0]
        return (
          cluster && {
            ...cluster,
            ResourceId: cluster.DbClusterResourceId,
            Host: cluster.Endpoint,
            isPasswordPending: cluster.PendingModifiedValues?.MasterUserPassword !== undefined,
            MasterUserSecret: cluster.MasterUserSecret?.SecretArn,
            tags: tagsOf(cluster.TagList),
          }
        )
      }
      const { DBInstances } = await client.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }),
        options,
      )
      const instance = DBInstances?.[0]
      return (
        instance && {
          MasterUsername: instance.MasterUsername,
          Status: instance.DBInstanceStatus,
          ResourceId: instance.DbiResourceId,
          Host: instance.Endpoint?.Address,
          Port: instance.Endpoint?.Port,
          isPasswordPending: instance.PendingModifiedValues?.MasterUserPassword !== undefined,
          MasterUserSecret: instance.MasterUserSecret?.SecretArn,
          clusterId: instance.DBClusterIdentifier,
          replicaOf: instance.ReadReplicaSourceDBInstanceIdentifier,
          tags: tagsOf(instance.TagList),
        }
      )
    },

    // Without ApplyImmediately: a password is changed at once all the same, and what else waits for the maintenance window stays.
    async setPassword(server, MasterUserPassword) {
      const client = clientFor(changing(server, aws.secretArn))
      const { id } = server
      if (server.kind === 'cluster')
        await client.send(
          new ModifyDBClusterCommand({ DBClusterIdentifier: id, MasterUserPassword }),
          options,
        )
      else
        await client.send(
          new ModifyDBInstanceCommand({ DBInstanceIdentifier: id, MasterUserPassword }),
          options,
        )
    },

    async note(server, Value) {
      const client = clientFor(changing(server, aws.secretArn))
      await client.send(
        new AddTagsToResourceCommand({ ResourceName: server.arn, Tags: [{ Key: APPLIED, Value }] }),
        options,
      )
    },
  }
}

const tagsOf = (
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): ReadonlyMap<string, string> => new Map(list.map(({ Key = '', Value = '' }) => [Key, Value]))
