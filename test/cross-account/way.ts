/** Two accounts over HTTP around the kit's Secrets Manager: the function's, and that of the secret with the role there. */
import { STSClient } from '@aws-sdk/client-sts'
import { createLazyRds, createSecretsManager, credentialsOf } from '../../shared/aws/clients.ts'
import { createSts } from '../../shared/aws/sts.ts'
import type { Elsewhere } from '../../shared/conformance/index.ts'
import { LocalAws } from '../../shared/local/accounts/local-aws.ts'
import { type LocalSecretsManager, serveLocal } from '../../shared/local/index.ts'

const HUB = '111122223333'
const REGION = 'eu-west-1'
const EXTERNAL_ID = 'of-this-deployment'
const ROLE = 'quarterturn-target'
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${HUB}:function:conformance`

/** The role is allowed what the template allows it. Everything is gone with `close`. */
export async function wayTo(model: LocalSecretsManager): Promise<Elsewhere> {
  const aws = new LocalAws({ accountId: model.accountId }, model)
  const execution = aws.account(HUB).role('rotate', {
    trust: {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    },
    policies: [
      { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::*:role/${ROLE}` } },
    ],
  })
  aws.defaultAccount.role(ROLE, {
    trust: {
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: execution.arn },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
      },
    },
    policies: [
      {
        Statement: [
          {
            Effect: 'Allow',
            Action: [
              'secretsmanager:DescribeSecret',
              'secretsmanager:GetSecretValue',
              'secretsmanager:PutSecretValue',
              'secretsmanager:UpdateSecretVersionStage',
            ],
            Resource: '*',
            Condition: { ArnEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': FUNCTION_ARN } },
          },
          {
            Effect: 'Allow',
            Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
            Resource: '*',
            Condition: { Null: { 'aws:ResourceTag/quarterturn:admin-for': 'false' } },
          },
        ],
      },
    ],
  })
  const server = await serveLocal(aws)
  const { accessKeyId, secretAccessKey, sessionToken = '' } = execution.credentialsFor(FUNCTION_ARN)
  const at = { region: REGION, endpoint: server.url }
  const sts = new STSClient({ ...at, credentials: { accessKeyId, secretAccessKey, sessionToken } })
  return {
    role: { name: ROLE, externalId: EXTERNAL_ID },
    sts: createSts(sts),
    connect: (region, credentials) => ({
      secretsManager: createSecretsManager({ ...at, region, ...(credentials && { credentials }) }),
      rds: createLazyRds(),
      credentials: () => credentialsOf({ ...at, ...(credentials && { credentials }) }),
    }),
    async close() {
      sts.destroy()
      await server.close()
    },
  }
}
