// says: Did you mean to write 'alternateOf'?
import { defineProvider } from 'quarterturn/provider'
import { capabilities, identity, open, propose, Secret, serves, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: Secret,
  capabilities,
  identity,
  withCredential,
  propose,
  open,
  alternatOf: (account: string) => account,
})
