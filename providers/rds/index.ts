import { createRds } from './provider.ts'

export { createRds, type RdsOptions } from './provider.ts'
export type { RdsSecret, RdsSecretSchema } from './schema.ts'

/** The provider with every default. */
export const rds = createRds()
