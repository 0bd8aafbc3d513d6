import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { createAccount, createAdmin, secretFor, signsIn, stageRotation } from './test-target.ts'

const ROTATIONS = 50

/**
 * An application reads the secret at any moment after a rotation and keeps what it read until the next one begins to set:
 * that is the oldest that a cache may be within the minimum overlap.
 */
describeOnEachMysql('an application with a cache', {}, (server) => {
  test(`never fails a sign-in over ${ROTATIONS} rotations`, { timeout: 240_000 }, async () => {
    await createAccount(server(), 'cached', 'first')
    await createAdmin(server(), 'cached_admin', 'of the admin')
    const admin = secretFor(server(), { username: 'cached_admin', password: 'of the admin' })
    const rotation = stageRotation(
      secretFor(server(), { username: 'cached', password: 'first' }),
      { ca: server().ca },
      { admin },
    )
    let failed = 0
    let signedIn = 0
    const use = async (password: string): Promise<void> => {
      if (await signsIn(server(), 'cached', password)) signedIn += 1
      else failed += 1
    }
    let cached = 'first'
    for (let round = 1; round <= ROTATIONS; round += 1) {
      await rotation.rotate(['createSecret'])
      await use(cached)
      expect((await rotation.repeat(['setSecret', 'testSecret'])).at(-1)).toBe('testSecret done')
      await use(cached)
      await rotation.repeat(['finishSecret'])
      await use(cached)
      cached = String(rotation.password('AWSCURRENT'))
      await use(cached)
    }
    expect({ failed, signedIn }).toEqual({ failed: 0, signedIn: 4 * ROTATIONS })
  })
})
