import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates the keys and secrets of External Client Apps of Salesforce, and the passwords of users. */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'salesforce',
      engines: ['salesforce'],
      types: ['SalesforceClientSecret'],
      load: async ({ options }) =>
        (await import('../providers/salesforce/index.ts')).createSalesforce(options.salesforce),
    },
  ],
})
