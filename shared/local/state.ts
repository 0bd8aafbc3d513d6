import * as z from 'zod'
import type { LocalAws } from './local-aws.ts'
import { Snapshot } from './snapshot.ts'

const State = z.object({
  models: z.array(z.object({ accountId: z.string(), region: z.string(), state: Snapshot })),
})
/** What all accounts hold in all Regions, as JSON can hold it. Functions, roles and users are made by code, and stay out. */
export type LocalState = z.input<typeof State>

export const takeState = (aws: LocalAws): LocalState => ({
  models: aws.accounts.flatMap(({ id, models }) =>
    models.map((model) => ({ accountId: id, region: model.region, state: model.snapshot() })),
  ),
})

/** Replaces the state. Throws, with nothing changed, for what {@link takeState} never answers. */
export function restoreState(aws: LocalAws, given: unknown): void {
  const { models } = State.parse(given)
  for (const { accountId, region, state } of models)
    aws.account(accountId).secretsManager(region).restore(state)
}
