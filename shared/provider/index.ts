/** What a partner imports: the contract, `defineProvider`, and the error a provider may raise. */
export { type ErrorCode, isQuarterturnError, QuarterturnError } from '../errors/index.ts'
export { Sealed, seal } from '../sealed.ts'
export type * from './admin-use.ts'
export type * from './contract.ts'
export { defineProvider } from './define.ts'
export type * from './entropy.ts'
export type * from './mint.ts'
export { markOf, markText, ONLY_MINTS, proposesNothing } from './mint.ts'
