// says: Type 'void' is not assignable to type 'boolean'
import { conformanceCases, type FreshTarget } from 'quarterturn/conformance'
import type { Provider } from 'quarterturn/provider'

declare const provider: Provider
declare const fresh: FreshTarget

export default conformanceCases({ provider, freshTarget: async () => fresh, signIn: async () => {} })
