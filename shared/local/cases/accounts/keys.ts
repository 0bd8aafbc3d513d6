import { equal } from '../case.ts'
import {
  type AccountCase,
  allowing,
  assume,
  freshRoleName,
  freshSecret,
  iamGuide,
  refuses,
  trusting,
} from './account-case.ts'

const INVALID = /^The security token included in the request is invalid\.$/

/** Who a request comes from is decided by its signature alone. */
export const KEY_CASES: readonly AccountCase[] = [
  {
    name: 'the key decides the account, the signature the Region',
    fact: iamGuide('reference_sigv'),
    run: async (world) => {
      const SecretId = (await freshSecret(world, world.workload)).split(':')[6] ?? ''
      const Name = SecretId.slice(0, -7)
      equal(
        (await world.secretsManager(world.workload.credentials).getSecretValue({ SecretId: Name }))
          .SecretString,
        'one',
      )
      await refuses(
        world.secretsManager(world.hub.credentials).getSecretValue({ SecretId: Name }),
        'ResourceNotFoundException',
      )
    },
  },
  {
    name: 'a key that nobody has is refused, by each service under its own name',
    fact: iamGuide('reference_sigv-troubleshooting'),
    run: async (world) => {
      const nobody = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' }
      await refuses(world.secretsManager(nobody).listSecrets({}), 'UnrecognizedClientException', INVALID)
      await refuses(world.scheduler(nobody).listSchedules({}), 'UnrecognizedClientException', INVALID)
      await refuses(world.sts(nobody).getCallerIdentity({}), 'InvalidClientTokenId', INVALID)
    },
  },
  {
    name: 'a key with another secret is refused',
    fact: iamGuide('reference_sigv-troubleshooting'),
    run: async (world) => {
      const wrong = { ...world.hub.credentials, secretAccessKey: 'guessed' }
      const says = /^The request signature we calculated does not match the signature you provided\./
      await refuses(world.secretsManager(wrong).listSecrets({}), 'InvalidSignatureException', says)
      await refuses(world.scheduler(wrong).listSchedules({}), 'InvalidSignatureException', says)
      await refuses(world.sts(wrong).getCallerIdentity({}), 'SignatureDoesNotMatch', says)
    },
  },
  {
    name: 'a session is nothing without its token, or with that of another',
    fact: iamGuide('id_credentials_temp_use-resources'),
    run: async (world) => {
      const { hub } = world
      const trust = trusting(hub.id)
      const { arn: RoleArn } = hub.role(freshRoleName(), { trust, policies: [allowing('*')] })
      const [one, other] = [
        await assume(world, hub.credentials, { RoleArn }),
        await assume(world, hub.credentials, { RoleArn }),
      ]
      await world.secretsManager(one).listSecrets({})
      const { sessionToken = '' } = other
      const withoutToken = { accessKeyId: one.accessKeyId, secretAccessKey: one.secretAccessKey }
      for (const broken of [withoutToken, { ...one, sessionToken }])
        await refuses(world.secretsManager(broken).listSecrets({}), 'UnrecognizedClientException', INVALID)
    },
  },
]
