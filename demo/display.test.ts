import { expect, test } from 'vitest'
import { wantsLive } from './display.ts'

const terminal = { isTTY: true, columns: 80 }

test('a terminal gets a live list', () => {
  expect(wantsLive(terminal, { TERM: 'xterm', CI: '', NO_COLOR: '' })).toBe(true)
})

test.each([
  ['a pipe', {}, {}],
  ['a terminal of unknown width', { isTTY: true, columns: 0 }, {}],
  ['a dumb terminal', terminal, { TERM: 'dumb' }],
  ['CI', terminal, { CI: 'true' }],
  ['whoever asks for no colour', terminal, { NO_COLOR: '1' }],
])('%s gets plain lines', (_, stream, env) => {
  expect(wantsLive(stream, env)).toBe(false)
})
