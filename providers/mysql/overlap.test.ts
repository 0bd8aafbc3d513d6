import { expect, test } from 'vitest'
import type { StoredSecret } from '../../shared/provider/index.ts'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import type { StagedRotation } from '../../test/stage-rotation.ts'
import { freshPair } from './alternating/test-pair.ts'
import { createAccount, createAdmin, secretFor, signsIn, stageRotation } from './test-target.ts'

const ROTATIONS = 50

/**
 * An application reads the secret at any moment after a rotation and keeps what it read until the next one begins to set:
 * that is the oldest that a cache may be within the minimum overlap.
 */
describeOnEachMysql('an application with a cache', {}, (server, kind) => {
  const WAYS: readonly [string, () => Promise<StagedRotation>][] = [
    ['by an admin', () => byAdmin(server())],
    ['of two users in turn', async () => (await freshPair(server(), 'cached_pair')).stage()],
    // MariaDB wants CREATE USER for two passwords.
    ...(kind === 'mysql'
      ? ([['by its own rights', () => byOwnRights(server())]] satisfies [
          string,
          () => Promise<StagedRotation>,
        ][])
      : []),
  ]

  test.each(WAYS)(
    `never fails a sign-in over ${ROTATIONS} rotations %s`,
    { timeout: 240_000 },
    async (_way, begin) => {
      const rotation = await begin()
      let failed = 0
      let signedIn = 0
      const use = async ({ username, password }: StoredSecret): Promise<void> => {
        if (await signsIn(server(), String(username), String(password))) signedIn += 1
        else failed += 1
      }
      let cached = rotation.value('AWSCURRENT')
      for (let round = 1; round <= ROTATIONS; round += 1) {
        await rotation.rotate(['createSecret'])
        await use(cached)
        expect((await rotation.repeat(['setSecret', 'testSecret'])).at(-1)).toBe('testSecret done')
        await use(cached)
        await rotation.repeat(['finishSecret'])
        await use(cached)
        expect(rotation.value('AWSCURRENT')).not.toEqual(cached)
        cached = rotation.value('AWSCURRENT')
        await use(cached)
      }
      expect({ failed, signedIn }).toEqual({ failed: 0, signedIn: 4 * ROTATIONS })
    },
  )
})

async function byAdmin(server: MysqlServer): Promise<StagedRotation> {
  await createAccount(server, 'cached', 'first')
  await createAdmin(server, 'cached_admin', 'of the admin')
  const admin = secretFor(server, { username: 'cached_admin', password: 'of the admin' })
  return stageRotation(
    secretFor(server, { username: 'cached', password: 'first' }),
    { ca: server.ca },
    { admin },
  )
}

async function byOwnRights(server: MysqlServer): Promise<StagedRotation> {
  await createAccount(server, 'cached_own', 'first')
  await server.sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO 'cached_own'@'%'`)
  return stageRotation(secretFor(server, { username: 'cached_own', password: 'first' }), { ca: server.ca })
}
