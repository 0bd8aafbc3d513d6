/** What rotations are made of, on the versions that the other tests do not run against. */
import { describe, expect, test } from 'vitest'
import { conformanceCases } from '../../shared/conformance/index.ts'
import { describeOnOlderVersions } from '../../test/servers/each.ts'
import { createPostgres } from './index.ts'
import { freshRole } from './test-conformance.ts'
import { stageRotation } from './test-rotation.ts'
import { createRole, secretFor, signsIn } from './test-target.ts'

const WHOLE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']
const HBA = ['host all by_md5 127.0.0.1/32 md5']

/** The cases of the kit that take seconds; the `conformance.test.ts` run all of them. */
const SHORT =
  /nobody disturbs|a probe|a check|the lock no other|repeated apply|close ends every|no sign-in fails|the log of the target/

describeOnOlderVersions('one user', { hba: HBA, keepsSessions: true }, (server) => {
  test.each([
    ['by_scram', 'scram-sha-256', /^SCRAM-SHA-256\$4096:/],
    ['by_md5', 'md5', /^md5/],
  ])('%s: rotates and keeps its kind of hash', async (username, encryption, form) => {
    await server().sql(
      `SET password_encryption = '${encryption}'; CREATE ROLE ${username} LOGIN PASSWORD 'first'`,
    )
    const secret = secretFor(server(), { username, password: 'first' })
    expect(await stageRotation(secret, { ca: server().ca }).preflight()).toEqual(['testSecret preflight'])
    const stage = stageRotation(secret, { ca: server().ca })
    expect(await stage.rotate()).toEqual(WHOLE)
    expect(await signsIn(server(), username, String(stage.password('AWSCURRENT')))).toBe(true)
    expect(await signsIn(server(), username, 'first')).toBe(false)
    const [row] = await server().sql('SELECT rolpassword AS hash FROM pg_authid WHERE rolname = $1', {
      values: [username],
    })
    expect(row?.['hash']).toMatch(form)
  })

  test('is refused by name where only members of a role may change passwords', async () => {
    await createRole(server(), 'app', 'first')
    await server().sql(`CREATE ROLE rds_password; ALTER ROLE app SET rds.restrict_password_commands = 'on'`)
    const stage = stageRotation(secretFor(server(), { username: 'app', password: 'first' }), {
      ca: server().ca,
    })
    expect(await stage.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(stage.remedy).toBe('GRANT rds_password TO "app";')
  })

  describe('the conformance kit, its short cases', () => {
    const provider = createPostgres()
    const cases = conformanceCases({
      provider: {
        ...provider,
        open: (request: Parameters<typeof provider.open>[0]) =>
          createPostgres({ ca: server().ca }).open(request),
      },
      freshTarget: () => freshRole(server()),
      signIn: ({ username, password }) => signsIn(server(), String(username), String(password)),
    })
    test.for(cases.filter(({ name }) => SHORT.test(name)))('$name', async ({ run }, { skip }) => {
      const outcome = await run()
      if (outcome.outcome === 'skipped') skip(outcome.reason)
      expect(outcome).toMatchObject({ outcome: 'held' })
    })
  })
})
