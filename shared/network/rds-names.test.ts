import { expect, test } from 'vitest'
import { idOf, isClusterName, isRdsName } from './rds-names.ts'

test.each([
  ['orders.abc123.eu-west-1.rds.amazonaws.com', 'orders', false],
  ['orders.cluster-abc123.us-gov-west-1.rds.amazonaws.com', 'orders', true],
  ['orders.abc123.rds.cn-north-1.amazonaws.com.cn', 'orders', false],
  ['orders.cluster-ro-abc123.rds.cn-northwest-1.amazonaws.com.cn', 'orders', true],
  ['orders.abc123.rds.us-gov-west-1.amazonaws.com', 'orders', false],
])('%s is a name that RDS gives', (host, id, isOfCluster) => {
  expect([isRdsName(host), idOf(host), isClusterName(host)]).toEqual([true, id, isOfCluster])
})

test.each([
  'orders.example.com',
  'rds.amazonaws.com.example.com',
  'orders.abc123.eu-west-1.rds.amazonaws.com.example.com',
  // Anybody may name a bucket.
  'orders.rds.s3.amazonaws.com',
  'orders.abc123.xrds.amazonaws.com',
])('%s is not', (host) => {
  expect(isRdsName(host)).toBe(false)
})
