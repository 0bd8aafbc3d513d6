// says: Property 'close' is missing
import { defineProvider } from 'quarterturn/provider'
import { capabilities, identity, propose, Secret, serves, session, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: Secret,
  capabilities,
  identity,
  withCredential,
  propose,
  open() {
    const { close, ...rest } = session
    return rest
  },
})
