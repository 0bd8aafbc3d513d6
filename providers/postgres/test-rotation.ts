import type { Provider, StoredSecret } from '../../shared/provider/index.ts'
import {
  type Staging as AnyStaging,
  type StagedRotation,
  stageRotation as stage,
} from '../../test/stage-rotation.ts'
import { createPostgres, type PostgresOptions } from './index.ts'

export type Staging = Omit<AnyStaging, 'strategy'>

/** Whole rotations of a Postgres secret. With an admin the two users alternate. */
export const stageRotation = (
  secret: StoredSecret,
  options: PostgresOptions,
  staging: Staging = {},
): StagedRotation =>
  stage(createPostgres(options) as Provider, secret, {
    ...staging,
    ...(staging.admin === undefined ? {} : { strategy: 'alternating-users' }),
  })

export type { StagedRotation } from '../../test/stage-rotation.ts'
