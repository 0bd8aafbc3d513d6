import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates the credentials of OAuth 2.0 clients, by the profile of what issues them. */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'oauth',
      engines: ['oauth'],
      load: async ({ options }) => (await import('../providers/oauth/index.ts')).createOauth(options.oauth),
    },
  ],
})
