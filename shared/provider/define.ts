import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Provider } from './contract.ts'

/** Returns the provider as it is; the types of its secret are inferred from its schema. */
export function defineProvider<Schema extends StandardSchemaV1>(
  provider: Provider<Schema>,
): Provider<Schema> {
  return provider
}
