import type { Provider } from '../../shared/provider/index.ts'
import { createOauth } from './provider.ts'
import type { OauthSchema } from './schema.ts'

export { readProfile, readProfiles } from './profile/read.ts'
export type { Profile, ProfileInput } from './profile/schema.ts'
export { createOauth, type OauthOptions } from './provider.ts'
export type { OauthSchema, OauthSecret } from './schema.ts'

/** The provider with every default. */
export const oauth: Provider<OauthSchema> = createOauth()
