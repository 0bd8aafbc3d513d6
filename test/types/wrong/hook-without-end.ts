// says: Type 'void' is not assignable to type 'End'
import type { FreshTarget } from 'quarterturn/conformance'

export const freshTarget = async (): Promise<FreshTarget> => ({
  secret: { engine: 'acme' },
  close: async () => {},
  outage: async () => {},
})
