import type { StandardSchemaV1 } from '@standard-schema/spec'
import { QuarterturnError } from '../errors/index.ts'
import { flawOfOffer } from './claims.ts'
import type { Provider } from './contract.ts'

/**
 * Returns the provider as it is; the types of its secret are inferred from its schema. Throws `PROVIDER_FAILED` where it
 * offers a strategy that its capabilities contradict.
 */
export function defineProvider<Schema extends StandardSchemaV1>(
  provider: Provider<Schema>,
): Provider<Schema> {
  const { name, capabilities } = provider
  const flaws = capabilities.strategies.flatMap((strategy) => flawOfOffer(strategy, capabilities) ?? [])
  if (flaws.length > 0)
    throw new QuarterturnError('PROVIDER_FAILED', { problem: `the provider ${name}: ${flaws.join('; ')}` })
  return provider
}
