import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds'
import { abortOptions } from './abort.ts'
import type { RdsPort } from './rds-port.ts'

/** As for Secrets Manager: `withAbort` ends a call at the deadline in any case. In milliseconds. */
const LIMITS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
}

/** RDS by the SDK. Region, credentials and `AWS_ENDPOINT_URL_RDS` are read from the environment by the SDK. */
export function createRds(): RdsPort {
  const client = new RDSClient(LIMITS)
  return {
    describeDBInstances: (input) => client.send(new DescribeDBInstancesCommand(input), abortOptions()),
    describeDBClusters: (input) => client.send(new DescribeDBClustersCommand(input), abortOptions()),
  }
}
