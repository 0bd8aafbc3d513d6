/** What a Lambda function is made of: the handler, and the entry by which it knows a provider. */
export type { Config } from '../config.ts'
export type { ProviderEntry } from './choose-provider.ts'
export { createRotationHandler, type RotationHandler, type RotationHandlerOptions } from './handler.ts'
