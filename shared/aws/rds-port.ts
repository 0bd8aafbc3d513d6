/**
 * The slice of RDS that the engine uses, to complete an admin secret that RDS keeps and to learn which endpoints are of
 * one server. The list of calls is also the list of permissions: rds:DescribeDBInstances, rds:DescribeDBClusters.
 *
 * Shapes and error names follow the API reference of Amazon RDS (2014-10-31). An identifier may be an ARN. A method
 * rejects with an error whose `name` is AWS's error name.
 */
export interface RdsPort {
  describeDBInstances(input: { readonly DBInstanceIdentifier: string }): Promise<{
    readonly DBInstances?: readonly DbInstance[] | undefined
  }>
  describeDBClusters(input: { readonly DBClusterIdentifier: string }): Promise<{
    readonly DBClusters?: readonly DbCluster[] | undefined
  }>
}

interface Managed {
  readonly Engine?: string | undefined
  readonly MasterUserSecret?: { readonly SecretArn?: string | undefined } | undefined
  readonly TagList?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined
}

export interface DbInstance extends Managed {
  readonly DBInstanceIdentifier?: string | undefined
  readonly DBClusterIdentifier?: string | undefined
  readonly Endpoint?:
    | { readonly Address?: string | undefined; readonly Port?: number | undefined }
    | undefined
  /** Of a replica: the identifier of its source, an ARN where that is in another Region. */
  readonly ReadReplicaSourceDBInstanceIdentifier?: string | undefined
}

export interface DbCluster extends Managed {
  readonly DBClusterIdentifier?: string | undefined
  readonly Endpoint?: string | undefined
  readonly ReaderEndpoint?: string | undefined
  readonly CustomEndpoints?: readonly string[] | undefined
  readonly Port?: number | undefined
}
