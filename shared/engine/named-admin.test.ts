import { describe, expect, test } from 'vitest'
import { failure } from '../../test/simulation/failure.ts'
import { FUNCTION_ARN, Stage } from '../../test/simulation/stage.ts'
import { namedAdmin } from './admin.ts'
import type { StepContext } from './context.ts'
import { registrationOf } from './registration.ts'
import type { Version } from './version.ts'

const UNNAMED = { masterarn: '' }

describe('a secret whose value has no field for its admin secret', () => {
  test('names it by a tag, and is rotated by it', async () => {
    const stage = new Stage({
      kind: 'alternating',
      more: UNNAMED,
      tags: (arn) => ({ 'quarterturn:admin-secret': arn }),
    })
    const token = stage.begin()
    await stage.steps(token)
    expect(stage.labels()[token]).toContain('AWSCURRENT')
  })

  test('without it is refused', async () => {
    const stage = new Stage({ kind: 'alternating', more: UNNAMED })
    const token = stage.begin()
    await stage.step('createSecret', token)
    expect((await failure(stage.step('setSecret', token))).code).toBe('ADMIN_MISSING')
  })

  test.each([
    ['without consent', { tags: {} }, 'ADMIN_NOT_CONSENTING'],
    [
      'of another server',
      { value: { username: 'admin', password: 'p', host: 'elsewhere' } },
      'ADMIN_HOST_MISMATCH',
    ],
  ])('names one %s in vain', async (_which, admin, code) => {
    const stage = new Stage({
      kind: 'alternating',
      more: UNNAMED,
      admin,
      tags: (arn) => ({ 'quarterturn:admin-secret': arn }),
    })
    const token = stage.begin()
    await stage.step('createSecret', token)
    expect((await failure(stage.step('setSecret', token))).code).toBe(code)
  })

  test('cannot name what is no ARN', async () => {
    const stage = new Stage({ kind: 'alternating', tags: { 'quarterturn:admin-secret': 'admin' } })
    const error = await failure(stage.step('createSecret', stage.begin()))
    expect(error.message).toMatch(/quarterturn:admin-secret` has an unusable value: must be the ARN/)
  })
})

test('the provider is asked with the metadata of a managed external secret, and goes before the tag', () => {
  const registration = registrationOf(
    {
      RotationLambdaARN: FUNCTION_ARN,
      ExternalSecretRotationMetadata: [{ Key: 'adminSecretArn', Value: 'arn:admin' }],
      Tags: [
        {
          Key: 'quarterturn:admin-secret',
          Value: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:admin-AbCdEf',
        },
      ],
    },
    FUNCTION_ARN,
    'createSecret',
  )
  const named = (arn: (secret: unknown, metadata: Readonly<Record<string, string>>) => string | undefined) =>
    namedAdmin(
      { registration, provider: { admin: { arn } } } as unknown as StepContext,
      { secret: { reveal: () => ({}) } } as unknown as Version,
    )
  expect(named((_secret, metadata) => metadata['adminSecretArn'])).toBe('arn:admin')
  expect(named(() => undefined)).toMatch(/secret:admin-AbCdEf$/)
})
