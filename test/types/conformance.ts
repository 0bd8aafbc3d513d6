/** What a partner's compiler infers for the conformance kit. Compiled by `npm run types`, never run. */
import { type CaseResult, conformanceCases, type FreshTarget } from 'quarterturn/conformance'
import { acme } from './define-provider.ts'

declare const secret: FreshTarget['secret']
const close = async (): Promise<void> => {}

/** A provider whose secrets are typed needs no cast, and what is optional is left out. */
const cases = conformanceCases({
  provider: acme,
  freshTarget: async () => ({ secret, close }),
  signIn: async ({ password }) => password === 'in force',
})

/** What every test runner takes: a name, and a function without arguments. */
export const runs: readonly { readonly name: string; run(): Promise<CaseResult> }[] = cases

declare const result: CaseResult
// @ts-expect-error whether there is a reason depends on the outcome
result.reason
export const told: string | number = result.outcome === 'skipped' ? result.reason : result.points
