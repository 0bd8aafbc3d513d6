import { describe, expect, test } from 'vitest'
import { formsOf, wrongWith } from './names.ts'

describe('a name', () => {
  test.each(['acme', 'acme-mail', 'x9', 'new', 'a'.repeat(40)])('%s is taken', (name) => {
    expect(wrongWith(name, ['postgres'])).toBeUndefined()
  })

  test.each([
    ['Acme', 'try acme'],
    ['AcmeMail', 'try acme-mail'],
    ['acme_mail', 'try acme-mail'],
    ['acme--mail', 'try acme-mail'],
    ['-acme', 'try acme'],
    ['9acme', 'try acme'],
    ['../acme', 'try acme'],
    ['', 'give one such as acme'],
    ['ключ', 'give one such as acme'],
    ['a'.repeat(41), 'give a shorter one'],
    ['postgres', "one of Quarterturn's own providers"],
    ['quarterturn-acme', 'leave that out'],
  ])('%s is refused: %s', (name, advice) => {
    expect(wrongWith(name, ['postgres'])).toContain(advice)
  })

  test('has four forms', () => {
    expect(formsOf('acme-mail2')).toEqual({
      kebab: 'acme-mail2',
      pascal: 'AcmeMail2',
      constant: 'ACME_MAIL2',
      title: 'Acme Mail2',
    })
  })
})
