import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../test/servers/mysql/each.ts'
import { createAccount, createAdmin, secretFor, signsIn, stageRotation } from './test-target.ts'

const DONE = ['createSecret done', 'setSecret done', 'testSecret done', 'finishSecret done']
let made = 0
function nextName(): string {
  made += 1
  return `rotated_${made}`
}

describeOnEachMysql('a rotation of an account', {}, (server, kind) => {
  const options = () => ({ ca: server().ca })
  const staged = (
    fields: Parameters<typeof secretFor>[1],
    staging: Parameters<typeof stageRotation>[2] = {},
  ) => stageRotation(secretFor(server(), fields), options(), staging)

  test.runIf(kind === 'mysql')('by its own rights: the old password goes on beside the new one', async () => {
    const username = nextName()
    await createAccount(server(), username, 'first')
    await server().sql(`GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO '${username}'@'%'`)
    const rotation = staged({ username, password: 'first' })
    for (let round = 1; round <= 3; round += 1) {
      const before = String(rotation.password('AWSCURRENT'))
      expect(await rotation.rotate()).toEqual(DONE)
      expect(await signsIn(server(), username, String(rotation.password('AWSCURRENT')))).toBe(true)
      expect(await signsIn(server(), username, before)).toBe(true)
    }
    expect(await signsIn(server(), username, 'first')).toBe(false)
  })

  test('by an admin: the old password goes on beside the new one', async () => {
    const username = nextName()
    await createAccount(server(), username, 'first')
    await createAdmin(server(), `${username}_admin`, 'of the admin')
    const admin = secretFor(server(), { username: `${username}_admin`, password: 'of the admin' })
    const rotation = staged({ username, password: 'first' }, { admin })
    for (let round = 1; round <= 3; round += 1) {
      const before = String(rotation.password('AWSCURRENT'))
      expect(await rotation.rotate()).toEqual(DONE)
      expect(await signsIn(server(), username, String(rotation.password('AWSCURRENT')))).toBe(true)
      expect(await signsIn(server(), username, before)).toBe(true)
    }
    expect(await signsIn(server(), username, 'first')).toBe(false)
  })

  test('single-user by its own rights: only the new password signs in', async () => {
    const username = nextName()
    await createAccount(server(), username, 'first')
    const rotation = staged({ username, password: 'first' }, { strategy: 'single-user' })
    const signInWith = (label: string) => signsIn(server(), username, String(rotation.password(label)))
    // The gap: from the change to the move of the label AWSCURRENT is refused, and what is pending signs in.
    expect(await rotation.rotate(['createSecret'])).toEqual(DONE.slice(0, 1))
    expect([await signInWith('AWSCURRENT'), await signInWith('AWSPENDING')]).toEqual([true, false])
    expect(await rotation.repeat(['setSecret'])).toEqual(DONE.slice(1, 2))
    const changedAt = performance.now()
    expect([await signInWith('AWSCURRENT'), await signInWith('AWSPENDING')]).toEqual([false, true])
    expect(await rotation.repeat(['testSecret', 'finishSecret'])).toEqual(DONE.slice(2))
    const gapMs = performance.now() - changedAt
    // The engine counts from when the value was stored, which is earlier, in whole milliseconds.
    expect(rotation.evidence.at(-1)).toMatchObject({ strategy: 'single-user', class: 'B' })
    expect(rotation.evidence.at(-1)?.gapMs).toBeGreaterThanOrEqual(Math.floor(gapMs))
    expect(await signInWith('AWSCURRENT')).toBe(true)
    expect(await signsIn(server(), username, 'first')).toBe(false)
  })

  test('without the rights for two passwords it is refused, with the statement that grants them', async () => {
    const username = nextName()
    await createAccount(server(), username, 'first')
    const rotation = staged({ username, password: 'first' })
    expect(await rotation.preflight()).toEqual(['testSecret PRIVILEGE_MISSING'])
    expect(rotation.remedy).toContain(
      kind === 'mysql'
        ? `GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO \`${username}\`@\`%\`;`
        : 'GRANT CREATE USER',
    )
    expect(rotation.remedy).toContain('quarterturn:strategy=single-user')
    expect(await rotation.rotate()).toEqual(['createSecret done', 'setSecret PRIVILEGE_MISSING'])
    expect(await signsIn(server(), username, 'first')).toBe(true)
  })
})
