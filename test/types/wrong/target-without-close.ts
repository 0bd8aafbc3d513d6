// says: Property 'close' is missing
import { conformanceCases } from 'quarterturn/conformance'
import type { Provider } from 'quarterturn/provider'

declare const provider: Provider

export default conformanceCases({
  provider,
  freshTarget: async () => ({ secret: { engine: 'acme' } }),
  signIn: async () => true,
})
