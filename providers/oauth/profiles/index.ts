import { Profile } from '../profile/schema.ts'
import entra from './entra.json' with { type: 'json' }
import okta from './okta.json' with { type: 'json' }

let read: readonly Profile[] | undefined

/** The profiles that ship. A test reads each as one of a deployment's is read, so here they are right. */
export const profiles = (): readonly Profile[] => {
  read ??= [entra, okta].map((profile) => Profile.parse(profile))
  return read
}
