import { createOauth } from './provider.ts'

export { readProfile, readProfiles } from './profile/read.ts'
export type { Profile, ProfileInput } from './profile/schema.ts'
export { createOauth, type OauthOptions } from './provider.ts'

/** The provider with every default. */
export const oauth = createOauth()
