import type { Scene } from '../scene.ts'
import type { Target } from '../stage.ts'
import { overlapping } from './overlapping.ts'
import { type AuthorityServer, startAuthorityServer } from './server.ts'

export const AUTHORITY: Target<AuthorityServer> = {
  name: 'oidc-provider',
  credentials: 'OAuth client secrets',
  secured: 'with TLS',
  handler: 'rotate-oauth',
  start: startAuthorityServer,
}

export const OAUTH_SCENES: Readonly<Record<'overlapping', Scene<AuthorityServer>>> = { overlapping }
