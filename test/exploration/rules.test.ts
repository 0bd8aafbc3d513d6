import { describe, expect, test } from 'vitest'
import { inWords } from './program.ts'
import { readRecord, recordOfRule } from './record.ts'
import { RULES, TWO, tryWithout } from './rules.ts'

const record = readRecord().rules

describe('each rule of the design is taken out, and what breaks first is found', () => {
  test.each(RULES.filter(({ isLong }) => isLong !== true))(
    'without: $rule',
    async (rule) => {
      const tried = await tryWithout(rule)
      const story = tried.found?.story.join('\n')
      if (typeof rule.breaks === 'object') {
        expect(rule.breaks.nothing).toMatch(/\w{3}/)
        expect(tried.found, story).toBeUndefined()
        expect(tried.isComplete).toBe(true)
      } else expect(tried.found?.promise, story).toBe(rule.breaks)
      // The page in `docs/` shows this; `npm run explore -- --rules --record` keeps it anew.
      expect(recordOfRule(tried, inWords({ ...TWO, ...rule.range }))).toEqual(
        record.find((one) => one.rule === rule.rule),
      )
    },
    300_000,
  )

  test('those that take minutes break what they should, as far as they were run', () => {
    const long = RULES.filter(({ isLong }) => isLong === true)
    const run = long.filter(({ rule }) => record.some((one) => one.rule === rule))
    expect(run.length).toBeGreaterThan(0)
    for (const { rule, breaks } of run) {
      const seen = record.find((one) => one.rule === rule)
      expect(seen?.found?.promise, rule).toBe(typeof breaks === 'object' ? undefined : breaks)
    }
  })

  test('the record has no rule that is gone', () => {
    const names = RULES.map(({ rule }) => rule)
    expect(record.map(({ rule }) => rule).filter((rule) => !names.includes(rule))).toEqual([])
  })
})
