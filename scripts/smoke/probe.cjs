// A rotation function without a target, for the smoke test: it notes what AWS does, and shows no token. Node's own AWS SDK.
const { createHash } = require('node:crypto')
const { SecretsManager } = require('@aws-sdk/client-secrets-manager')
const { STS } = require('@aws-sdk/client-sts')

const LABEL = 'QUARTERTURN_CANDIDATE'
const short = (text) => (text ? createHash('sha256').update(text).digest('hex').slice(0, 10) : null)

exports.handler = async (event, context) => {
  const { Step, SecretId, ClientRequestToken: token, RotationToken } = event
  const [, partition, , region, account] = SecretId.split(':')
  const note = {
    smoke: Step,
    secret: SecretId,
    token,
    rotationToken: short(RotationToken),
    arn: context.invokedFunctionArn,
  }
  note.wellFormed = /^[a-zA-Z0-9-]{36,256}$/.test(RotationToken ?? '')
  try {
    const { Credentials } = await new STS({}).assumeRole({
      RoleArn: `arn:${partition}:iam::${account}:role/${process.env.TARGET_ROLE}`,
      RoleSessionName: 'smoke',
      ExternalId: process.env.EXTERNAL_ID,
      DurationSeconds: 900,
    })
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials
    const sm = new SecretsManager({
      region,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    })
    const {
      Tags = [],
      RotationEnabled,
      RotationLambdaARN,
      VersionIdsToStages,
    } = await sm.describeSecret({ SecretId })
    const scene = Tags.find(({ Key }) => Key === 'smoke')?.Value
    Object.assign(note, { scene, RotationEnabled, RotationLambdaARN, labels: VersionIdsToStages })
    const holder = (label) =>
      Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0]
    const move = (VersionStage, MoveToVersionId, RemoveFromVersionId) =>
      sm.updateSecretVersionStage({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId })
    if (Step === 'createSecret') {
      const put = {
        SecretId,
        ClientRequestToken: token,
        VersionStages: ['AWSPENDING'],
        SecretString: `{"of":"${token}"}`,
      }
      await sm.putSecretValue(scene === 'no-token' ? put : { ...put, RotationToken })
    }
    if (Step === 'setSecret') {
      if (scene === 'unstick') {
        await move('AWSPENDING', undefined, token)
        throw new Error('unstuck on purpose')
      }
      if (scene === 'retry') throw new Error('failed on purpose')
      if (holder(LABEL) !== token) await move(LABEL, token, holder(LABEL))
    }
    if (Step === 'testSecret')
      await sm.getSecretValue({ SecretId, VersionId: token, VersionStage: 'AWSPENDING' })
    if (Step === 'finishSecret' && holder('AWSCURRENT') !== token)
      await move('AWSCURRENT', token, holder('AWSCURRENT'))
    note.ended = 'ok'
  } catch (error) {
    note.ended = `${error.name}: ${error.message}`
    throw error
  } finally {
    console.log(JSON.stringify(note))
  }
}
