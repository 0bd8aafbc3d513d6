import { expect, test } from 'vitest'
import { QuarterturnError } from '../errors/index.ts'
import { adminError } from './actor.ts'

const refused = (fields = {}) => new QuarterturnError('CURRENT_REFUSED', { problem: 'refused', fields })

test('a refusal met while the admin works is the admin’s, unless the provider says whose it is', () => {
  expect(adminError(refused())).toMatchObject({ code: 'ADMIN_ROTATING' })
  expect(adminError(refused({ credential: 'admin' }))).toMatchObject({ code: 'ADMIN_ROTATING' })
  expect(adminError(refused({ credential: 'current' }))).toMatchObject({ code: 'CURRENT_REFUSED' })
})
