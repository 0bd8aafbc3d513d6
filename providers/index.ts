import type { Provider } from '../shared/provider/index.ts'
import type { PostgresOptions } from './postgres/index.ts'

/** What each provider may be told by the deployment; without it a provider has its defaults. */
export interface ProviderOptions {
  readonly postgres?: PostgresOptions
}

export interface RegisteredProvider {
  /** The provider's name and that of its folder. */
  readonly name: keyof ProviderOptions
  /** Values of a secret's `engine` that it serves; known here so that only the one needed is loaded. */
  readonly engines: readonly string[]
  load(options: ProviderOptions): Promise<Provider>
}

/** Every provider of this repository. Each is loaded with its driver when a secret needs it. */
export const providers: readonly RegisteredProvider[] = [
  {
    name: 'postgres',
    engines: ['postgres', 'aurora-postgresql'],
    load: async (options) => (await import('./postgres/index.ts')).createPostgres(options.postgres),
  },
]
