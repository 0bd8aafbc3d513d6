/** Whole rotations of a pair, on every version: both users can do the same, before and after each of them. */
import { expect, test } from 'vitest'
import { describeOnEveryVersion } from '../../../test/servers/each.ts'
import { signsIn } from '../test-target.ts'
import { freshPair, WHOLE } from './test-pair.ts'

describeOnEveryVersion('two users in turn', {}, (server) => {
  test('change places with every rotation, and both sign in until the next one', async () => {
    const pair = await freshPair(server(), 'turns')
    const stage = pair.stage()
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')).toMatchObject({ username: 'turns_clone', note: 'kept' })
    expect(await signsIn(server(), 'turns', 'first turns')).toBe(true)
    const clone = String(stage.password('AWSCURRENT'))
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(true)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(stage.value('AWSCURRENT')['username']).toBe('turns')
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(true)
    expect(await signsIn(server(), 'turns', 'first turns')).toBe(false)
    expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
    expect(await signsIn(server(), 'turns_clone', clone)).toBe(false)
  })
})
