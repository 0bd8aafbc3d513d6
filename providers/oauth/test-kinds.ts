/** What differs between the vendors whose clients the conformance kit is run for. */
import { randomUUID } from 'node:crypto'
import type { StoredSecret } from '../../shared/provider/index.ts'
import type { Vendor } from '../../test/servers/oauth/authority.ts'
import { entra, GRAPH_SCOPE } from '../../test/servers/oauth/entra.ts'
import { appIdOf, okta } from '../../test/servers/oauth/okta.ts'
import {
  AUTH0_SCOPE,
  auth0,
  keycloak,
  keycloakIdOf,
  MANAGES,
  pingone,
} from '../../test/servers/oauth/one-secret.ts'

export interface Kind {
  readonly vendor: Vendor
  readonly by: 'basic' | 'post'
  /** What the client may. */
  readonly scope: string
  /** What its admin may. Default: it has none. */
  readonly admin?: string
  /** Fields of the secret that have the address. */
  readonly urls: readonly string[]
  /** The others. */
  readonly fields: (clientId: string) => StoredSecret
  readonly tokenPath: string
  /** How long a new secret is not known, in milliseconds. */
  readonly settlesMs: number
  /** What a secret would be that bears a mark. Left out: there is one place, and a secret is known by its value. */
  readonly bearing?: (mark: string) => { readonly value: string; readonly name: string }
}

export const OKTA: Kind = {
  vendor: okta,
  by: 'basic',
  scope: 'api okta.apps.manage',
  urls: ['orgUrl'],
  fields: (clientId) => ({ profile: 'okta', appId: appIdOf(clientId), scope: 'api' }),
  tokenPath: '/oauth2/default/v1/token',
  settlesMs: 0,
  bearing: (mark) => ({ value: `${mark}.${randomUUID()}`, name: '' }),
}

const TENANT = '99999999-8888-7777-6666-555555555555'

export const ENTRA: Kind = {
  vendor: entra,
  by: 'post',
  scope: `api ${GRAPH_SCOPE}`,
  urls: ['loginUrl', 'graphUrl'],
  fields: () => ({ profile: 'entra', tenantId: TENANT, scope: 'api' }),
  tokenPath: `/${TENANT}/oauth2/v2.0/token`,
  settlesMs: 30_000,
  bearing: (name) => ({ value: randomUUID(), name }),
}

/** Whoever asks must not be the application itself. */
export const PINGONE: Kind = {
  vendor: pingone,
  by: 'basic',
  scope: 'api',
  admin: MANAGES,
  urls: ['authUrl', 'apiUrl'],
  fields: () => ({ profile: 'pingone', environmentId: TENANT, scope: 'api' }),
  tokenPath: `/${TENANT}/as/token`,
  settlesMs: 0,
}

export const AUTH0: Kind = {
  vendor: auth0,
  by: 'post',
  scope: `api ${AUTH0_SCOPE}`,
  urls: ['domainUrl'],
  fields: () => ({ profile: 'auth0' }),
  tokenPath: '/oauth/token',
  settlesMs: 30_000,
}

export const AUTH0_BY_ADMIN: Kind = { ...AUTH0, scope: 'api', admin: AUTH0_SCOPE }

export const KEYCLOAK: Kind = {
  vendor: keycloak,
  by: 'basic',
  scope: 'api',
  admin: MANAGES,
  urls: ['serverUrl'],
  fields: (clientId) => ({ profile: 'keycloak', realm: 'shop', clientUuid: keycloakIdOf(clientId) }),
  tokenPath: '/realms/shop/protocol/openid-connect/token',
  settlesMs: 0,
}
