/** A secret is text that somebody wrote: what it may not get out of an admin. */
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { createAccount, signsIn } from '../test-target.ts'
import { freshPair, runAll, stagePair, WHOLE } from './test-pair.ts'

const REFUSED = ['createSecret done', 'setSecret ACCOUNT_REFUSED']

describeOnEachMysql('an admin is not steered', {}, (server, kind) => {
  const isMysql = kind === 'mysql'
  const accounts = async (user: string) =>
    server().sql(`SELECT host AS host FROM mysql.user WHERE user = ${JSON.stringify(user)}`)

  test('by a user whose name makes another its pair', async () => {
    const pair = await freshPair(server(), 'victim')
    await createAccount(server(), 'victim_clone', 'of the thief')
    const thief = { ...pair.secret, username: 'victim_clone', password: 'of the thief' }
    const staging = { admin: pair.adminSecret, name: 'thief' }
    expect(await stagePair(server(), thief, staging).preflight()).toEqual(['testSecret ACCOUNT_REFUSED'])
    const rotation = stagePair(server(), thief, staging)
    expect(await rotation.rotate()).toEqual(REFUSED)
    expect(rotation.problem).toContain('nothing shows that victim is its pair')
    // Nor with a password for the victim that somebody made up.
    const guess = { ...pair.secret, password: 'a guess' }
    const guessed = stagePair(server(), thief, { ...staging, previous: guess })
    expect(await guessed.rotate()).toEqual(REFUSED)
    expect(await signsIn(server(), 'victim', 'first victim')).toBe(true)
    expect(await server().log()).not.toContain(`Access denied for user 'victim'`)
  })

  test('to somebody else’s clone, until whoever administers the server says that it is the pair’s', async () => {
    const pair = await freshPair(server(), 'stall')
    await createAccount(server(), 'stall_clone', 'of somebody')
    const stage = pair.stage()
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_NOT_OURS'])
    expect(await signsIn(server(), 'stall_clone', 'of somebody')).toBe(true)
    expect(stage.labels()).not.toContain('QUARTERTURN_CANDIDATE')
    await runAll(server(), String(/say so at the server: (.*)$/.exec(String(stage.remedy))?.[1]))
    expect(await stage.repeat(), stage.problem).toEqual(WHOLE)
    expect(await signsIn(server(), 'stall_clone', 'of somebody')).toBe(false)
  })

  test('by two secrets for one user', async () => {
    const pair = await freshPair(server(), 'one')
    const first = pair.stage()
    expect(await first.rotate(), first.problem).toEqual(WHOLE)
    const second = pair.stage({}, { name: 'second' })
    expect(await second.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_SHARED'])
    const alone = stagePair(server(), first.value('AWSCURRENT'), {
      strategy: 'dual-password',
      admin: pair.adminSecret,
      name: 'third',
    })
    expect(await alone.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_SHARED'])
    expect(await first.rotate(), first.problem).toEqual(WHOLE)
    // The other secret is gone, and its mark is taken away as the remedy says.
    await runAll(server(), String(/take its mark away: (.*)$/.exec(String(second.remedy))?.[1]))
    const third = stagePair(server(), first.value('AWSCURRENT'), {
      admin: pair.adminSecret,
      name: 'second',
      previous: first.value('AWSPREVIOUS'),
    })
    expect(await third.rotate(), third.problem).toEqual(WHOLE)
  })

  test('when it is almighty: it is not used at all', async () => {
    const pair = await freshPair(server(), 'strong')
    await server().sql(`GRANT SUPER ON *.* TO strong_admin`)
    const stage = pair.stage()
    expect(await stage.preflight()).toEqual(['testSecret ADMIN_REFUSED'])
    expect(stage.remedy).toContain('GRANT CREATE USER ON *.* TO `rotation_admin`@`%`;')
    expect(await pair.stage().rotate()).toEqual(['createSecret done', 'setSecret ADMIN_REFUSED'])
    expect(await accounts('strong_clone')).toEqual([])
  })

  test.each(isMysql ? ['SUPER', 'SYSTEM_USER'] : ['SUPER'])(
    'to an account with %s, which no second one shall have',
    async (power) => {
      const user = `with_${power.toLowerCase()}`
      const pair = await freshPair(server(), user)
      await server().sql(`GRANT ${power} ON *.* TO ${user}`)
      const stage = pair.stage()
      expect(await stage.rotate()).toEqual(REFUSED)
      expect(stage.problem).toContain(`has ${power}`)
      expect(await accounts(`${user}_clone`)).toEqual([])
    },
  )

  test.runIf(!isMysql)('to an account that signs in by something that two cannot share', async () => {
    const pair = await freshPair(server(), 'socket')
    await server().sql(
      `ALTER USER socket IDENTIFIED VIA mysql_native_password USING PASSWORD('first socket') OR unix_socket`,
    )
    const stage = pair.stage()
    expect(await stage.rotate()).toEqual(REFUSED)
    expect(stage.problem).toContain('`socket`@`%` signs in by unix_socket')
  })

  test('by a name too long for the server, which would cut or refuse it', async () => {
    const pair = await freshPair(server(), 'short')
    const long = 'u'.repeat(isMysql ? 27 : 123)
    const fits = 'f'.repeat(isMysql ? 26 : 122)
    for (const user of [long, fits]) await createAccount(server(), user, 'right')
    const staged = (username: string) =>
      stagePair(
        server(),
        { ...pair.secret, username, password: 'right' },
        { admin: pair.adminSecret, name: username.slice(0, 9) },
      )
    const refused = staged(long)
    expect(await refused.rotate()).toEqual(['createSecret ACCOUNT_REFUSED'])
    expect(refused.problem).toContain(`longer than ${isMysql ? 32 : 128} characters`)
    const taken = staged(fits)
    expect(await taken.rotate(), taken.problem).toEqual(WHOLE)
    expect(await signsIn(server(), `${fits}_clone`, String(taken.password('AWSCURRENT')))).toBe(true)
  })

  test('by the admin secret of another account, another server, or one that does not consent', async () => {
    const pair = await freshPair(server(), 'aside')
    const elsewhere = pair.stage({}, { admin: { ...pair.adminSecret, host: '127.0.0.1' } })
    expect(await elsewhere.rotate()).toEqual(['createSecret done', 'setSecret ADMIN_HOST_MISMATCH'])
    const itself = pair.stage({}, { admin: { ...pair.adminSecret, username: 'aside_clone' } })
    expect(await itself.rotate()).toEqual(['createSecret done', 'setSecret ADMIN_INVALID'])
    const silent = pair.stage({}, { consents: false })
    expect(await silent.rotate()).toEqual(['createSecret done', 'setSecret ADMIN_NOT_CONSENTING'])
    const far = pair.stage(
      {},
      { masterarn: 'arn:aws:secretsmanager:eu-west-1:999999999999:secret:admin-AbCdEf' },
    )
    expect(await far.rotate()).toEqual(['createSecret done', 'setSecret ADMIN_ELSEWHERE'])
    expect(await accounts('aside_clone')).toEqual([])
  })

  test('by accounts of the same users for other hosts, unless they are to be left', async () => {
    const pair = await freshPair(server(), 'many')
    await createAccount(server(), 'many', 'of another host', { host: '10.1.2.%' })
    const stage = pair.stage()
    expect(await stage.rotate()).toEqual(REFUSED)
    expect(stage.problem).toContain('`many`@`10.1.2.%`')
    expect(stage.remedy).toContain('QUARTERTURN_MYSQL_OTHER_HOSTS=leave')
    const left = pair.stage({ otherHosts: 'leave' })
    expect(await left.rotate(), left.problem).toEqual(WHOLE)
    expect(await accounts('many_clone')).toEqual([{ host: '%' }])
    // Where the clone itself has another account that comes first, the one that was changed is not the one that is used.
    await createAccount(server(), 'many_clone', String(left.password('AWSCURRENT')), { host: 'localhost' })
    expect(await left.rotate()).not.toEqual(WHOLE)
    await server().sql(`DROP USER many_clone@localhost`)
    expect(await left.repeat(), left.problem).toEqual(WHOLE)
  })

  test('and keeps to the host of the account that is in force', async () => {
    const pair = await freshPair(server(), 'hosted', { host: 'localhost' })
    const stage = pair.stage()
    for (let round = 1; round <= 2; round += 1) expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await accounts('hosted_clone')).toEqual([{ host: 'localhost' }])
  })

  test('by a password of AWSPREVIOUS for another server', async () => {
    const pair = await freshPair(server(), 'moved')
    await createAccount(server(), 'moved_clone', 'second')
    const previous = { ...pair.secret, username: 'moved_clone', password: 'second', host: '127.0.0.1' }
    const stage = pair.stage({}, { previous })
    expect(await stage.rotate()).toEqual(['createSecret done', 'setSecret ACCOUNT_NOT_OURS'])
  })
})
