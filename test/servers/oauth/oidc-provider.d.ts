/** The slice of `oidc-provider` that tests use; the package comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface IssuedToken {
    readonly clientId: string
    readonly scope: string | undefined
  }

  interface OidcClient {
    readonly clientId: string
    readonly clientSecret: string | undefined
    compareClientSecret(actual: string): boolean | Promise<boolean>
  }

  interface OidcContext {
    readonly ctx: { readonly req: IncomingMessage }
    /** Whom an assertion may be for. */
    clientJwtAuthExpectedAudience(): Set<string>
  }

  interface Saved {
    save(): Promise<string>
  }

  interface SavedGrant extends Saved {
    addOIDCScope(scope: string): void
  }

  export interface SavedAccessToken {
    readonly grantId: string
    destroy(): Promise<void>
  }

  interface FoundRefreshToken {
    readonly consumed?: unknown
    readonly grantId: string
  }

  export default class Provider {
    constructor(issuer: string, configuration: object)
    readonly OIDCContext: { readonly prototype: OidcContext }
    readonly Client: {
      readonly prototype: OidcClient
      readonly adapter: {
        find(id: string): Promise<object | undefined>
        upsert(id: string, properties: object): Promise<void>
      }
      find(id: string): Promise<OidcClient | undefined>
    }
    readonly Grant: new (
      properties: object,
    ) => SavedGrant
    readonly AccessToken: new (
      properties: object,
    ) => Saved
    readonly InitialAccessToken: new (
      properties: object,
    ) => Saved
    readonly RegistrationAccessToken: new (
      properties: object,
    ) => Saved
    readonly RefreshToken: (new (
      properties: object,
    ) => Saved) & {
      find(token: string): Promise<FoundRefreshToken | undefined>
      revokeByGrantId(grantId: string): Promise<void>
    }
    readonly ClientCredentials: { find(token: string): Promise<IssuedToken | undefined> }
    /** Whether it prints no error, such as of a connection that broke. */
    silent: boolean
    on(event: 'refresh_token.saved', listener: (token: { readonly jti: string }) => void): void
    on(event: 'refresh_token.consumed', listener: (token: FoundRefreshToken) => void): void
    on(event: 'access_token.saved', listener: (token: SavedAccessToken) => void): void
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  }
}
