import { type PostgresServer, requirePostgres } from '../test/servers/postgres.ts'
import { alternatingUsers } from './alternating-users.ts'
import type { Scene } from './scene.ts'
import { singleUser } from './single-user.ts'
import type { Target } from './stage.ts'

export const POSTGRES: Target<PostgresServer> = {
  name: 'PostgreSQL',
  secured: 'with SCRAM and TLS',
  handler: 'rotate-postgres',
  // The commit time of a new password is what a gap is measured from.
  start: () => requirePostgres({ kind: 'embedded', settings: { track_commit_timestamp: 'on' } }),
}

export const POSTGRES_SCENES: Readonly<Record<'single-user' | 'alternating-users', Scene<PostgresServer>>> = {
  'single-user': singleUser,
  'alternating-users': alternatingUsers,
}
