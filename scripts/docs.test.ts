import { describe, expect, test } from 'vitest'
import { SecretTags } from '../shared/engine/tags.ts'
import { ERRORS } from '../shared/errors/index.ts'
import { outOfDate } from './docs.ts'
import { pages, TAGS } from './docs-pages.ts'

describe('the generated pages', () => {
  test('are up to date', async () => {
    expect(await outOfDate(), 'run `node scripts/docs.ts`').toEqual([])
  })

  test('have every tag that is read', () => {
    expect(TAGS.map(([tag]) => tag).toSorted()).toEqual(Object.keys(SecretTags.shape).toSorted())
  })

  test('have every error code, each with a sentence and no placeholder left', () => {
    const page = pages()['errors.md'] ?? ''
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`## ${code}\n`)
    expect(page).not.toMatch(/[{}]|\.\./)
  })
})
