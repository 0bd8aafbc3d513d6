import type { Scheduler } from '@aws-sdk/client-scheduler'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { STS } from '@aws-sdk/client-sts'
import type { LocalAccount, LocalAws, LocalCredentials, PolicyInput } from '../../index.ts'
import { type Fact, freshName, refuses } from '../case.ts'

/** Where a sentence comes from. */
export type Source = Pick<Fact, 'page' | 'kind'>

/** One sentence about accounts, roles or schedules. Through the real SDK; each makes roles and secrets of its own. */
export interface AccountCase {
  readonly name: string
  readonly fact: Source
  run(world: AccountWorld): Promise<void>
}

export interface AccountWorld {
  readonly aws: LocalAws
  /** Where functions live that reach into other accounts. */
  readonly hub: LocalAccount
  readonly workload: LocalAccount
  sts(credentials: LocalCredentials): STS
  secretsManager(credentials: LocalCredentials): SecretsManager
  scheduler(credentials: LocalCredentials): Scheduler
}

const IAM = 'https://docs.aws.amazon.com/IAM/latest/UserGuide'

export const iamGuide = (page: string): Source => ({
  page: `${IAM}/${page}.html`,
  kind: 'documented',
})

export const stsReference = (page: string): Source => ({
  page: `https://docs.aws.amazon.com/STS/latest/APIReference/API_${page}.html`,
  kind: 'documented',
})

/** Recorded against AWS by the authors of LocalStack. */
export const stsRecorded = (): Source => ({
  page: 'https://github.com/localstack/localstack/blob/main/tests/aws/services/sts/test_sts.snapshot.json',
  kind: 'observed',
})

export const schedulerGuide = (page: string): Source => ({
  page: `https://docs.aws.amazon.com/scheduler/latest/UserGuide/${page}.html`,
  kind: 'documented',
})

export const schedulerReference = (page: string): Source => ({
  page: `https://docs.aws.amazon.com/scheduler/latest/APIReference/API_${page}.html`,
  kind: 'documented',
})

/** Recorded against AWS by the authors of LocalStack. */
export const schedulerRecorded = (): Source => ({
  page: 'https://github.com/localstack/localstack/blob/main/tests/aws/services/scheduler/test_scheduler.snapshot.json',
  kind: 'observed',
})

/** A name for a role, a user or a session. */
export const freshRoleName = (): string => freshName().replace(/.*\//, 'case-').slice(0, 40)

/** Lets these principals assume a role; with a condition, only under it. */
export const trusting = (
  principals: string | readonly string[],
  condition?: Record<string, Record<string, string>>,
): PolicyInput => ({
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: [...[principals].flat()] },
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  },
})

export const allowing = (
  action: string | readonly string[],
  resource = '*',
  condition?: Record<string, Record<string, string>>,
): PolicyInput => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: [...[action].flat()],
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  },
})

export const denying = (action: string): PolicyInput => ({
  Statement: { Effect: 'Deny', Action: action, Resource: '*' },
})

export const text = (policy: PolicyInput): string => JSON.stringify(policy)

/** A role in the hub whose code may assume every role: what a rotation function runs as. */
export function functionRole(
  world: AccountWorld,
  policies: readonly PolicyInput[] = [allowing('sts:AssumeRole')],
) {
  const name = freshRoleName()
  const functionArn = `arn:aws:lambda:eu-west-1:${world.hub.id}:function:${name}`
  const role = world.hub.role(name, {
    trust: {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    },
    policies,
  })
  return { functionArn, arn: role.arn, credentials: role.credentialsFor(functionArn) }
}

export interface Assumed {
  readonly RoleArn: string
  readonly ExternalId?: string
  readonly DurationSeconds?: number
  readonly Policy?: string
  readonly PolicyArns?: { readonly arn: string }[]
}

/** Assumes a role; answers the session as credentials for a client. */
export async function assume(
  world: AccountWorld,
  credentials: LocalCredentials,
  input: Assumed,
): Promise<LocalCredentials> {
  const { Credentials } = await world.sts(credentials).assumeRole({ RoleSessionName: 'case', ...input })
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
}

/** A secret with the value `one`; answers its ARN. */
export async function freshSecret(
  world: AccountWorld,
  account: LocalAccount,
  Tags: { Key: string; Value: string }[] = [],
): Promise<string> {
  const client = world.secretsManager(account.credentials)
  const { ARN = '' } = await client.createSecret({ Name: freshName(), SecretString: 'one', Tags })
  return ARN
}

export { refuses }
