// says: Type 'unknown' is not assignable to type 'string'
import { defineProvider } from 'quarterturn/provider'
import { capabilities, open, propose, Secret, serves, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: Secret,
  capabilities,
  identity: ({ user, password }) => ({ account: user, endpoint: 'acme', credential: password }),
  withCredential,
  propose,
  open,
})
