import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseEvent } from '../shared/engine/event.ts'
import { TASKS } from '../shared/engine/known.ts'

const folder = join(import.meta.dirname, '..', 'events', 'rotate')
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))

describe('the sample events of a rotation', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

  test('are one per step, the test rotation, and the retirement', () => {
    expect(files.toSorted()).toEqual([
      'create-secret.json',
      'finish-secret.json',
      'retire-secret.json',
      'set-secret.json',
      'test-rotation.json',
      'test-secret.json',
    ])
    const steps = files.map((name) => parseEvent(read(name)).Step)
    expect(new Set(steps)).toEqual(new Set(TASKS))
  })

  test.each(files)('%s is a whole event, as the engine reads it', (name) => {
    const event = read(name)
    expect(parseEvent(event)).toEqual(event)
    // Our own schedule sends the retirement, and knows no token of Secrets Manager's.
    expect(event).toHaveProperty(name === 'retire-secret.json' ? 'Retirement' : 'RotationToken')
    expect(event).toHaveProperty('SecretId', expect.stringContaining(':111122223333:'))
  })
})
