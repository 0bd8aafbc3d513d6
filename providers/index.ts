import type { ProviderEntry } from '../shared/lambda/choose-provider.ts'

/** Every provider of this repository. Each is loaded, with its driver, when a secret needs it. */
export const providers: readonly ProviderEntry[] = [
  {
    name: 'postgres',
    engines: ['postgres', 'aurora-postgresql'],
    load: async ({ options }) => (await import('./postgres/index.ts')).createPostgres(options.postgres),
  },
]
