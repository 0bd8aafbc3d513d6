// says: Property 'account' is missing
import { defineProvider } from 'quarterturn/provider'
import { capabilities, open, propose, Secret, serves, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: Secret,
  capabilities,
  identity: ({ password }) => ({ endpoint: 'acme', credential: password }),
  withCredential,
  propose,
  open,
})
