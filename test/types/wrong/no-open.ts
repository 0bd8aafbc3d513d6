// says: Property 'open' is missing
import { defineProvider } from 'quarterturn/provider'
import { capabilities, identity, propose, Secret, serves, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: Secret,
  capabilities,
  identity,
  withCredential,
  propose,
})
