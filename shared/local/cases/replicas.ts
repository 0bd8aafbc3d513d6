import { randomUUID } from 'node:crypto'
import {
  type Case,
  type CaseWorld,
  deepEqual,
  equal,
  eventually,
  freshName,
  guide,
  match,
  ok,
  otherRegionOf,
  reference,
  refuses,
  reported,
  Subject,
} from './case.ts'
import { listed } from './lists.ts'

const REPLICATE = reference('6', 'ReplicateSecretToRegions')
const GUIDE = guide('6', 'replicate-secrets')
const REFUSED = reported('6', 'https://github.com/gruntwork-io/cloud-nuke/issues/435')

/** A secret and its replica, in sync. */
async function replicated(
  world: CaseWorld,
  input: object = {},
): Promise<{ primary: Subject; replica: Subject }> {
  const other = otherRegionOf(world)
  const primary = await Subject.create(world.client, input)
  await primary.call('ReplicateSecretToRegions', { AddReplicaRegions: [{ Region: other.region }] })
  await becomes(primary, 'InSync')
  return { primary, replica: primary.at(other) }
}

async function becomes(primary: Subject, status: 'InSync' | 'Failed'): Promise<string> {
  let message = ''
  await eventually(async () => {
    const { ReplicationStatus = [] } = await primary.call('DescribeSecret', {})
    equal(ReplicationStatus[0]?.Status, status)
    message = ReplicationStatus[0]?.StatusMessage ?? ''
  })
  return message
}

/** Replicas in another Region: how they follow, and what is refused there. */
export const REPLICA_CASES: readonly Case[] = [
  {
    name: 'a replica has the value, labels, tags and policy of its primary, and its ARN but for the Region',
    fact: GUIDE,
    needs: 'region',
    run: async (world) => {
      const { region } = otherRegionOf(world)
      const primary = await Subject.create(world.client, {
        Description: 'for a case',
        Tags: [{ Key: 'a', Value: '1' }],
      })
      const Statement = [
        {
          Effect: 'Deny',
          Principal: { AWS: `arn:aws:iam::${primary.id.split(':')[4]}:root` },
          Action: 'secretsmanager:DeleteSecret',
          Resource: '*',
        },
      ]
      const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement })
      await primary.call('PutResourcePolicy', { ResourcePolicy })
      await primary.call('ReplicateSecretToRegions', { AddReplicaRegions: [{ Region: region }] })
      const replica = primary.at(otherRegionOf(world))
      await eventually(async () => equal(await replica.value(), 'one'))
      const seen = await replica.call('DescribeSecret', {})
      equal(seen.ARN, replica.id)
      equal(seen.Description, 'for a case')
      equal(seen.Tags?.length, 1)
      equal(seen.PrimaryRegion, primary.id.split(':')[3])
      deepEqual(await replica.labels(), await primary.labels())
      ok((await replica.call('GetResourcePolicy', {})).ResourcePolicy)
    },
  },
  {
    name: 'replication is under way at first, and in sync at last',
    fact: REPLICATE,
    needs: 'region',
    run: async (world) => {
      const { region } = otherRegionOf(world)
      const primary = await Subject.create(world.client)
      const { ReplicationStatus = [] } = await primary.call('ReplicateSecretToRegions', {
        AddReplicaRegions: [{ Region: region }],
      })
      deepEqual(
        ReplicationStatus.map(({ Region, Status, KmsKeyId }) => [Region, Status, KmsKeyId]),
        [[region, 'InProgress', 'alias/aws/secretsmanager']],
      )
      await becomes(primary, 'InSync')
    },
  },
  {
    name: 'a secret is created with replicas',
    fact: reference('6', 'CreateSecret'),
    needs: 'region',
    run: async (world) => {
      const other = otherRegionOf(world)
      const primary = await Subject.create(world.client, { AddReplicaRegions: [{ Region: other.region }] })
      await becomes(primary, 'InSync')
      equal(await primary.at(other).value(), 'one')
    },
  },
  {
    name: 'new values, labels and tags reach the replica',
    fact: GUIDE,
    needs: 'region',
    run: async (world) => {
      const { primary, replica } = await replicated(world)
      const second = await primary.put('two')
      await primary.move('mine', second, undefined)
      await primary.call('TagResource', { Tags: [{ Key: 'a', Value: '1' }] })
      await eventually(async () => {
        equal(await replica.value(), 'two')
        equal(await replica.value('AWSPREVIOUS'), 'one')
        equal(await replica.holderOf('mine'), second)
        equal((await replica.call('DescribeSecret', {})).Tags?.length, 1)
      })
    },
  },
  {
    name: 'nothing is written at a replica',
    fact: REFUSED,
    needs: 'region',
    run: async (world) => {
      const { replica } = await replicated(world)
      const ClientRequestToken = randomUUID()
      const calls = [
        () => replica.call('PutSecretValue', { SecretString: 'two', ClientRequestToken }),
        () => replica.call('UpdateSecret', { Description: 'x', ClientRequestToken }),
        () => replica.move('mine', replica.first, undefined),
        () => replica.call('RotateSecret', { ClientRequestToken }),
        () => replica.call('TagResource', { Tags: [{ Key: 'a', Value: '' }] }),
        () => replica.call('DeleteSecret', {}),
      ]
      for (const call of calls)
        await refuses(
          call(),
          'InvalidParameterException',
          /^Operation not permitted on a replica secret\. Call must be made in primary secret's region\.$/,
        )
      equal(await replica.value(), 'one')
    },
  },
  {
    name: 'a replica has no policy of its own, and shows that of its primary',
    fact: reported('6', 'https://github.com/lgallard/terraform-aws-secrets-manager/issues/188'),
    needs: 'region',
    run: async (world) => {
      const { replica } = await replicated(world)
      await refuses(
        replica.call('PutResourcePolicy', { ResourcePolicy: '{"Version":"2012-10-17","Statement":[]}' }),
        'InvalidParameterException',
        /Operation not permitted on a replica secret/,
      )
      equal((await replica.call('GetResourcePolicy', {})).ARN, replica.id)
    },
  },
  {
    name: 'a secret of that name is not overwritten, unless that is asked for',
    fact: REPLICATE,
    needs: 'region',
    run: async (world) => {
      const other = otherRegionOf(world)
      const Name = freshName()
      await Subject.create(other.client, { Name, SecretString: 'theirs' })
      const primary = await Subject.create(world.client, { Name })
      const input = { AddReplicaRegions: [{ Region: other.region }] }
      await primary.call('ReplicateSecretToRegions', input)
      match(await becomes(primary, 'Failed'), /already exists/)
      equal((await other.client.call('GetSecretValue', { SecretId: Name })).SecretString, 'theirs')
      await primary.call('ReplicateSecretToRegions', { ...input, ForceOverwriteReplicaSecret: true })
      await becomes(primary, 'InSync')
      equal(await primary.at(other).value(), 'one')
    },
  },
  {
    name: 'a secret with replicas is deleted after them, and they go at once',
    fact: reported('6', 'https://github.com/rebuy-de/aws-nuke/issues/1127'),
    needs: 'region',
    run: async (world) => {
      const { region } = otherRegionOf(world)
      const { primary, replica } = await replicated(world)
      await refuses(
        primary.call('DeleteSecret', {}),
        'InvalidParameterException',
        new RegExp(
          `^You can't delete secret ${primary.id} that still has replica regions \\[${region}\\]\\.$`,
        ),
      )
      const { ReplicationStatus } = await primary.call('RemoveRegionsFromReplication', {
        RemoveReplicaRegions: [region],
      })
      deepEqual(ReplicationStatus ?? [], [])
      await refuses(replica.call('GetSecretValue', {}), 'ResourceNotFoundException')
      await primary.call('DeleteSecret', {})
    },
  },
  {
    name: 'a promoted replica is written by itself and follows no more',
    fact: reference('6', 'StopReplicationToReplica'),
    needs: 'region',
    run: async (world) => {
      const { primary, replica } = await replicated(world)
      equal((await replica.call('StopReplicationToReplica', {})).ARN, replica.id)
      await replica.put('ours')
      await primary.put('theirs')
      equal(await replica.value(), 'ours')
      equal((await replica.call('DescribeSecret', {})).PrimaryRegion, undefined)
      deepEqual((await primary.call('DescribeSecret', {})).ReplicationStatus ?? [], [])
      await primary.call('DeleteSecret', {})
      equal(await replica.value(), 'ours')
    },
  },
  {
    name: 'what is no replica is not promoted',
    fact: reference('6', 'StopReplicationToReplica'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const outcome = await secret.call('StopReplicationToReplica', {}).catch((error) => error)
      ok(outcome instanceof Error, 'a secret without a primary was promoted')
    },
  },
  {
    name: 'the key of a replica is changed where it is',
    fact: guide('6', 'standalone-secret'),
    needs: 'region',
    run: async (world) => {
      const { primary, replica } = await replicated(world)
      const KmsKeyId = 'alias/of-the-case'
      await replica.call('UpdateSecret', { KmsKeyId, ClientRequestToken: randomUUID() })
      equal((await replica.call('DescribeSecret', {})).KmsKeyId, KmsKeyId)
      equal((await primary.call('DescribeSecret', {})).KmsKeyId, undefined)
    },
  },
  {
    name: 'secrets are found by the Region of their primary',
    fact: reference('6', 'Filter'),
    needs: 'region',
    run: async (world) => {
      const Name = freshName()
      const { primary } = await replicated(world, { Name })
      const { client } = otherRegionOf(world)
      const by = (Key: 'name' | 'primary-region', value: string) => ({ Key, Values: [value] })
      const own = primary.id.split(':')[3] ?? ''
      const found = (region: string) =>
        listed(client, { Filters: [by('name', Name), by('primary-region', region)] })
      deepEqual(await found(own), [Name])
      deepEqual(await found('xx-'), [])
    },
  },
  {
    name: 'rotation is shown at the replica and runs at the primary',
    fact: GUIDE,
    needs: ['region', 'function'],
    run: async (world) => {
      const { primary, replica } = await replicated(world)
      const token = await primary.rotate(world.functionArn)
      await eventually(async () => {
        equal((await replica.call('DescribeSecret', {})).RotationEnabled, true)
        equal(await replica.holderOf('AWSPENDING'), token)
      })
    },
  },
]
