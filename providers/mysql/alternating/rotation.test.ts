/** Whole rotations of a pair: both accounts can do the same, before and after each of them. */
import { expect, test } from 'vitest'
import { describeOnEachMysql } from '../../../test/servers/mysql/each.ts'
import { signsIn } from '../test-target.ts'
import { freshPair, WHOLE } from './test-pair.ts'

describeOnEachMysql('two users in turn', {}, (server) => {
  test('change places with every rotation, and both sign in until the next one', async () => {
    const pair = await freshPair(server(), 'turns')
    await server().sql('CREATE TABLE turns.t (n int)')
    const stage = pair.stage()
    expect(await stage.preflight(), stage.problem).toEqual(['testSecret preflight'])
    expect(await server().sql(`SELECT user FROM mysql.user WHERE user = 'turns_clone'`)).toEqual([])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'turns_clone', note: 'kept' })
    expect(await signsIn(server(), 'turns', 'first turns')).toBe(true)
    const clone = String(stage.password('AWSCURRENT'))
    await pair.as(stage, ['INSERT INTO turns.t VALUES (1)', 'SELECT * FROM turns.t'])
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('turns')
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(true)
    expect(await signsIn(server(), 'turns', 'first turns')).toBe(false)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(false)
    await pair.as(stage, ['INSERT INTO turns.t VALUES (1)'])
  })
})
