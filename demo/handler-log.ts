import { z } from 'zod'
import type { Note } from './display.ts'

/** The lines of the handler's log that the demo reads. */
const DecisionLine = z.object({ message: z.literal('Rotation decision'), rule: z.string() })
const EvidenceLine = z.object({
  message: z.literal('Rotation evidence'),
  evidence: z.looseObject({ schema: z.literal('quarterturn.evidence/1'), gapMs: z.number().optional() }),
})

export type Evidence = z.infer<typeof EvidenceLine>['evidence']

const parse = <Schema extends z.ZodType>(schema: Schema, line: string): z.infer<Schema> | undefined => {
  if (!line.startsWith('{')) return undefined
  const { success, data } = schema.safeParse(JSON.parse(line))
  return success ? data : undefined
}

/** Notes the rule of each decision that the line tells. */
export function noteDecision(line: string, note: Note): void {
  const decision = parse(DecisionLine, line)
  if (decision !== undefined) note(decision.rule)
}

/** The record that the rotation left in the log. Throws when there is none. */
export function evidenceIn(logs: readonly string[]): Evidence {
  const found = logs.map((line) => parse(EvidenceLine, line)).findLast((line) => line !== undefined)
  if (found === undefined) throw new Error('the handler left no evidence record')
  return found.evidence
}
