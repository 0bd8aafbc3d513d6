import { createSalesforce } from './provider.ts'

export { createSalesforce, type SalesforceOptions } from './provider.ts'

/** The provider with every default. */
export const salesforce = createSalesforce()
