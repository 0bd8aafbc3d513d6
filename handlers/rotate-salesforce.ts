import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates the passwords of users of Salesforce. */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'salesforce',
      engines: ['salesforce'],
      load: async ({ options }) =>
        (await import('../providers/salesforce/index.ts')).createSalesforce(options.salesforce),
    },
  ],
})
