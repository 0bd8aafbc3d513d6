import { BEYOND, IN_TESTS, nameOf } from './program.ts'
import type { Record, RuleRecord, RunRecord } from './record.ts'
import { RULES, type RuleOut } from './rules.ts'

const count = (number: number): string => number.toLocaleString('en-GB')

/** What an exploration saw, and why each rule is there. */
export function explorationPage(record: Record): readonly string[] {
  const runs = [...IN_TESTS, ...BEYOND].map((run) => ({
    name: nameOf(run),
    seen: record.runs.find(({ name }) => name === nameOf(run)),
  }))
  const rules = RULES.map((rule) => ({ rule, seen: record.rules.find((one) => one.rule === rule.rule) }))
  return [
    'The decisions that ship are followed through every state that a few rotations can lead to, breadth first. Each call',
    'to Secrets Manager, each sign-in, each statement and the lock is one action. Between any two of them',
    'an invocation may stall for as long as it likes, die, lose its session and with it the lock, or learn nothing from a',
    'sign-in; any step of the rotation may be delivered again; Secrets Manager or an operator may take AWSPENDING away and',
    'start another rotation; the reply to the move of AWSCURRENT may be lost. In every state promise 1 is checked, in every',
    'state without a living invocation promises 2 and 3: one rotation without a fault must end well and leave nothing live',
    'that no label shows, and one more must change the credential.',
    '',
    '## What was explored',
    '',
    '*3 × 2* is three rotations and up to two invocations at once; *any* is any number of rotations: versions that no label',
    'and no invocation refers to can be reached by nobody, and passwords are names, so there are only so many states.',
    'A *cold* container has not seen the token before; a *warm* one skips the first look at the labels. With *edits* an operator',
    'writes a new AWSCURRENT with the same credential; where a new one replaces the one before, also with one that he had',
    'issued while no step was running, and he may move AWSCURRENT of a refresh token back. With *retirements* schedules fire at any moment, and again.',
    'With *any token* steps are delivered also for rotations that were given up. *Longest way* is the number of actions to',
    'the last state found. The seconds are those of one core of a small machine that had other work.',
    '',
    '| Target, range | States | Longest way | Seconds | Promises 1 to 3 |',
    '| --- | ---: | ---: | ---: | --- |',
    ...runs.map(({ name, seen }) => runRow(name, seen)),
    '',
    '## Why each rule is there',
    '',
    'Each rule is taken out of the shipped engine, or of the target, and the exploration looks for what breaks: the',
    'story is a shortest one. `T1`, `T2` are rotations, `v0` the first version, `E1` an edit. `#2` is a second delivery of the same step.',
    '',
    '| Without the rule | Target | What breaks | Actions |',
    '| --- | --- | --- | ---: |',
    ...rules.map(({ seen, rule }) => ruleRow(rule, seen)),
    '',
    ...rules.flatMap(({ seen, rule }) => ruleText(rule, seen)),
  ]
}

function runRow(name: string, seen: RunRecord | undefined): string {
  if (seen === undefined) return `| ${name} | | | | not run yet |`
  const verdict =
    seen.broken.length > 0
      ? seen.broken.join('; ')
      : seen.isComplete
        ? 'hold'
        : 'hold as far as it was followed; not finished'
  return `| ${name} | ${count(seen.states)} | ${seen.depth} | ${seen.seconds} | ${verdict} |`
}

function ruleRow({ rule, kind }: RuleOut, seen: RuleRecord | undefined): string {
  const what = seen === undefined ? 'not run yet' : (seen.found?.promise ?? 'nothing')
  return `| ${rule} | ${kind} | ${what} | ${seen?.found?.actions ?? ''} |`
}

function ruleText({ rule, kind, breaks }: RuleOut, seen: RuleRecord | undefined): string[] {
  if (seen === undefined) return []
  const { range, states, found } = seen
  const where = `${kind}, ${range}`
  if (found === undefined)
    return [
      `### ${rule}`,
      '',
      `Nothing breaks without it (${where}: ${count(states)} states). It is kept: ${typeof breaks === 'object' ? breaks.nothing : ''}.`,
      '',
    ]
  return [
    `### ${rule}`,
    '',
    `Without it (${where}) after ${found.actions} actions: *${found.promise}* is broken, ${found.how}.`,
    '',
    ...found.story.map((line, index) => `${index + 1}. ${line}`),
    '',
  ]
}
