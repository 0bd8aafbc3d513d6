import * as z from 'zod'
import { AwsProfile } from './aws.ts'
import { KeyPairProfile } from './key-pair.ts'
import { ManagedProfile } from './managed.ts'
import { RefreshTokenProfile } from './refresh-token.ts'
import { RegisteredProfile } from './registered.ts'

/**
 * A profile: what Quarterturn knows of one kind of authorization server, as data. It names no host of its own accord: each
 * request goes to one of the origins, which are fields of the secret, and nothing of a profile ends up in front of a path.
 * `kind` says what is rotated and how; left out, it is `managed`.
 */
export const Profile = z.discriminatedUnion('kind', [
  AwsProfile,
  ManagedProfile,
  KeyPairProfile,
  RefreshTokenProfile,
  RegisteredProfile,
])

export type Profile = z.output<typeof Profile>
export type ProfileInput = z.input<typeof Profile>
export type { AwsProfile } from './aws.ts'
export type { KeyPairProfile } from './key-pair.ts'
export type { ManagedProfile } from './managed.ts'
export type { Call, Field } from './parts.ts'
export type { RefreshTokenProfile } from './refresh-token.ts'
export type { RegisteredProfile } from './registered.ts'

/** Whether a field of a profile says where requests go. */
export const isOrigin = (profile: Profile | undefined, name: string): boolean =>
  profile?.fields[name]?.isOrigin === true

/** The field with the origin that a change is asked for at; of what AWS keeps, that is asked for at AWS. */
export function originOfChange(profile: Profile): string {
  if (profile.kind === 'managed' || profile.kind === 'key-pair') return profile.api.origin
  if (profile.kind === 'aws') return profile.token.origin
  return profile.kind === 'registered' ? profile.registration.origin : profile.proof.origin
}
