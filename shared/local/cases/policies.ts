import {
  archived,
  type Case,
  deepEqual,
  equal,
  guide,
  ok,
  recorded,
  reference,
  refuses,
  reported,
  Subject,
} from './case.ts'

const PUT = reference('1.7', 'PutResourcePolicy')
const MISTAKES = archived('1.7', 'doc_source/manage_secret-policy')

/** A policy with one statement; by default it lets the secret's own account read. */
function policyFor(secret: Subject, statement: object = {}): string {
  const account = secret.id.split(':')[4]
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
      ...statement,
    },
  ]
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

const EVERYBODY = { Principal: '*' }

/** Resource policies: stored and checked. Whether they are enforced is another matter. */
export const POLICY_CASES: readonly Case[] = [
  {
    name: 'a policy is stored, answered and deleted',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const ResourcePolicy = policyFor(secret)
      equal((await secret.call('PutResourcePolicy', { ResourcePolicy })).ARN, secret.id)
      const seen = await secret.call('GetResourcePolicy', {})
      deepEqual(JSON.parse(seen.ResourcePolicy ?? ''), JSON.parse(ResourcePolicy))
      equal((await secret.call('DeleteResourcePolicy', {})).ARN, secret.id)
      equal((await secret.call('GetResourcePolicy', {})).ResourcePolicy, undefined)
    },
  },
  {
    name: 'a secret without a policy answers none',
    fact: reported('1.7', 'https://github.com/getmoto/moto/pull/6049'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const seen = await secret.call('GetResourcePolicy', {})
      equal(seen.ARN, secret.id)
      equal(seen.ResourcePolicy, undefined)
    },
  },
  {
    name: 'a policy with a mistake is refused, and the one before stays',
    fact: MISTAKES,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const before = policyFor(secret)
      await secret.call('PutResourcePolicy', { ResourcePolicy: before })
      const wrong = ['{', '{}', policyFor(secret, { Effect: 'AllowSomething' })]
      for (const ResourcePolicy of wrong)
        await refuses(
          secret.call('PutResourcePolicy', { ResourcePolicy }),
          'MalformedPolicyDocumentException',
        )
      const seen = await secret.call('GetResourcePolicy', {})
      deepEqual(JSON.parse(seen.ResourcePolicy ?? ''), JSON.parse(before))
    },
  },
  {
    name: 'a policy for everybody is stored, unless that is to be blocked',
    fact: PUT,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const ResourcePolicy = policyFor(secret, EVERYBODY)
      await refuses(
        secret.call('PutResourcePolicy', { ResourcePolicy, BlockPublicPolicy: true }),
        'PublicPolicyException',
      )
      equal((await secret.call('GetResourcePolicy', {})).ResourcePolicy, undefined)
      await secret.call('PutResourcePolicy', { ResourcePolicy })
      ok((await secret.call('GetResourcePolicy', {})).ResourcePolicy)
    },
  },
  {
    name: 'a policy for everybody from one VPC is not one for everybody',
    fact: MISTAKES,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const Condition = { StringEquals: { 'aws:SourceVpc': 'vpc-0123456789abcdef0' } }
      const ResourcePolicy = policyFor(secret, { ...EVERYBODY, Condition })
      await secret.call('PutResourcePolicy', { ResourcePolicy, BlockPublicPolicy: true })
      ok((await secret.call('GetResourcePolicy', {})).ResourcePolicy)
    },
  },
  {
    name: 'a policy has 20,480 characters at most',
    fact: guide('3.1', 'reference_limits'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const outcome = await secret
        .call('PutResourcePolicy', { ResourcePolicy: policyFor(secret).padEnd(20_481) })
        .catch((error) => error)
      ok(outcome instanceof Error, 'a policy of 20,481 characters was stored')
      equal((await secret.call('GetResourcePolicy', {})).ResourcePolicy, undefined)
    },
  },
  {
    name: 'a policy is validated without being stored',
    fact: reference('1.7', 'ValidateResourcePolicy'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const good = await secret.call('ValidateResourcePolicy', { ResourcePolicy: policyFor(secret) })
      equal(good.PolicyValidationPassed, true)
      deepEqual(good.ValidationErrors ?? [], [])
      const open = await secret.call('ValidateResourcePolicy', {
        ResourcePolicy: policyFor(secret, EVERYBODY),
      })
      equal(open.PolicyValidationPassed, false)
      ok((open.ValidationErrors?.length ?? 0) > 0)
      await refuses(
        secret.call('ValidateResourcePolicy', { ResourcePolicy: '{' }),
        'MalformedPolicyDocumentException',
      )
      equal((await secret.call('GetResourcePolicy', {})).ResourcePolicy, undefined)
    },
  },
]
