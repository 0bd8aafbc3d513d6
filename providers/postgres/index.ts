import { createPostgres } from './provider.ts'

export { createPostgres, type PostgresOptions } from './provider.ts'

/** The provider with every default. */
export const postgres = createPostgres()
