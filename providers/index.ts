import type { ProviderEntry } from '../shared/lambda/choose-provider.ts'

/** Those among which `rotate.ts` chooses. Each is loaded, with its driver, when a secret needs it. */
export const providers: readonly ProviderEntry[] = [
  {
    name: 'mysql',
    engines: ['mysql', 'aurora-mysql', 'mariadb'],
    load: async ({ options }) => (await import('./mysql/index.ts')).createMysql(options.mysql),
  },
  {
    name: 'oauth',
    engines: ['oauth'],
    load: async ({ options }) => (await import('./oauth/index.ts')).createOauth(options.oauth),
  },
  {
    name: 'postgres',
    engines: ['postgres', 'aurora-postgresql'],
    load: async ({ options }) => (await import('./postgres/index.ts')).createPostgres(options.postgres),
  },
  {
    name: 'salesforce',
    engines: ['salesforce'],
    types: ['SalesforceClientSecret'],
    load: async ({ options }) => (await import('./salesforce/index.ts')).createSalesforce(options.salesforce),
  },
]

/** Those with a function of their own only: what a secret says of itself is what another one serves. */
export const apart: readonly ProviderEntry[] = [
  {
    name: 'rds',
    engines: ['aurora-mysql', 'aurora-postgresql', 'mariadb', 'mysql', 'postgres'],
    load: async () => (await import('./rds/index.ts')).createRds(),
  },
]

/** Every provider of this repository. */
export const everyProvider: readonly ProviderEntry[] = [...providers, ...apart]
