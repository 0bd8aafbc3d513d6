import type { z } from 'zod'
import { invalidRequest, LocalAwsError, tokenMissing } from '../errors.ts'
import type { RotateSecretInput } from '../inputs/index.ts'
import { checkRules } from '../rotation/schedule.ts'
import { isPendingElsewhere, type Rotation, type StoredSecret } from '../secrets/secret.ts'
import { fail, type Service } from '../secrets/service.ts'
import { makeRoomForVersion, type WrittenSecret, written } from './write-version.ts'

/** The condition that the two good end states of a rotation exclude. Text as users of AWS quote it. */
const NOT_COMPLETE = "A previous rotation isn't complete. That rotation will be reattempted."

/**
 * Allocates the version, without a value but with AWSPENDING, and starts the steps. With `RotateImmediately: false`
 * only testSecret runs, on a temporary AWSPENDING version that holds the current value. A repeat with the token of a
 * rotation that was started changes nothing.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
export function rotateSecret(service: Service, input: z.output<typeof RotateSecretInput>): WrittenSecret {
  const token = input.ClientRequestToken ?? fail(tokenMissing('RotateSecret'))
  const secret = service.findOwn(input.SecretId)
  const functionArn = functionFor(service, secret, input.RotationLambdaARN)
  if (input.RotationRules !== undefined) checkRules(input.RotationRules)
  const existing = secret.versions.get(token)
  if (existing !== undefined) {
    if (!existing.isFromRotation) throw invalidRequest('The ClientRequestToken is the id of another version.')
    return written(secret, token)
  }
  if (isPendingElsewhere(secret)) {
    service.observer.refused(secret, secret.labels.get('AWSPENDING') ?? '')
    throw invalidRequest(NOT_COMPLETE)
  }
  const { rotation } = secret
  if (rotation !== undefined && rotation.versionId === secret.labels.get('AWSCURRENT'))
    service.endRotation(rotation, 'Succeeded')
  const isFirst = secret.rotationEnabled === undefined
  makeRoomForVersion(service, secret)
  service.aboutToChange(secret)
  secret.rotationLambdaArn = functionArn
  if (input.RotationRules !== undefined) {
    secret.rotationRules = input.RotationRules
    secret.scheduledFromMs = service.clock.now()
  }
  secret.rotationEnabled = true
  startRotation(service, secret, { token, isTest: input.RotateImmediately === false, isFirst })
  return written(secret, token)
}

/** The function that the rotation will call. Throws, and nothing is stored, when there is none or it may not be called. */
function functionFor(service: Service, secret: StoredSecret, given: string | undefined): string {
  const functionArn = given || secret.rotationLambdaArn
  if (functionArn === undefined)
    throw invalidRequest('No Lambda rotation function ARN is associated with this secret.')
  if (!service.functions.has(functionArn))
    throw new LocalAwsError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    )
  return functionArn
}

function startRotation(
  service: Service,
  secret: StoredSecret,
  { token, isTest, isFirst }: { token: string; isTest: boolean; isFirst: boolean },
): void {
  const functionArn = secret.rotationLambdaArn ?? ''
  const current = secret.versions.get(secret.labels.get('AWSCURRENT') ?? '')
  secret.versions.set(token, {
    id: token,
    createdAtMs: service.clock.now(),
    value: isTest ? current?.value : undefined,
    isFromRotation: true,
    accessedAtMs: undefined,
  })
  service.attachLabel(secret, 'AWSPENDING', token)
  const rotation: Rotation = {
    kind: isTest ? 'test' : 'rotation',
    secretArn: secret.arn,
    functionArn,
    versionId: token,
    startedAtMs: service.clock.now(),
    isManual: service.functions.get(functionArn) === 'manual',
    dropsPending: service.draw.pendingIsDropped(),
    hidesEnabled: isTest && isFirst && service.draw.enabledIsHidden(),
  }
  secret.rotation = rotation
  service.emitAbout(rotation, isTest ? 'TestRotationStarted' : 'RotationStarted')
  service.observer.started(rotation)
}

/**
 * Switches rotation off and aborts a running one. Labels stay as they are, so a half-made version keeps AWSPENDING; its
 * id is in the answer. The temporary version of a test goes.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html
 */
export function cancelRotateSecret(service: Service, { SecretId }: { SecretId: string }): WrittenSecret {
  const secret = service.findOwn(SecretId)
  if (secret.rotationEnabled === undefined)
    throw invalidRequest("You tried to cancel rotation on a secret that doesn't have rotation configured.")
  const { rotation } = secret
  const unfinished = isPendingElsewhere(secret) ? secret.labels.get('AWSPENDING') : undefined
  service.touch(secret)
  secret.rotationEnabled = false
  if (rotation?.kind === 'test') service.endRotation(rotation, 'Abandoned')
  else secret.rotation = undefined
  return written(secret, rotation?.kind === 'test' ? undefined : (rotation?.versionId ?? unfinished))
}
