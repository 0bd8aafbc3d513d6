import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds'
import { abortOptions } from './abort.ts'
import { LIMITS, type Place } from './limits.ts'
import type { RdsPort } from './rds-port.ts'

/** RDS by the SDK. What `place` leaves out, and `AWS_ENDPOINT_URL_RDS`, is read from the environment by the SDK. */
export function createRds(place: Place = {}): RdsPort {
  const client = new RDSClient({ ...LIMITS, ...place })
  return {
    describeDBInstances: (input) => client.send(new DescribeDBInstancesCommand(input), abortOptions()),
    describeDBClusters: (input) => client.send(new DescribeDBClustersCommand(input), abortOptions()),
  }
}
