import { Profile } from '../profile/schema.ts'
import auth0 from './auth0.json' with { type: 'json' }
import cognito from './cognito.json' with { type: 'json' }
import entra from './entra.json' with { type: 'json' }
import hydra from './hydra.json' with { type: 'json' }
import keycloak from './keycloak.json' with { type: 'json' }
import okta from './okta.json' with { type: 'json' }
import oktaKeys from './okta-keys.json' with { type: 'json' }
import pingone from './pingone.json' with { type: 'json' }
import refreshToken from './refresh-token.json' with { type: 'json' }
import rfc7592 from './rfc7592.json' with { type: 'json' }
import rfc7592Keys from './rfc7592-keys.json' with { type: 'json' }

let read: readonly Profile[] | undefined

/** The profiles that ship. A test reads each as one of a deployment's is read, so here they are right. */
export const profiles = (): readonly Profile[] => {
  read ??= [
    auth0,
    cognito,
    entra,
    hydra,
    keycloak,
    oktaKeys,
    okta,
    pingone,
    refreshToken,
    rfc7592Keys,
    rfc7592,
  ].map((profile) => Profile.parse(profile))
  return read
}
