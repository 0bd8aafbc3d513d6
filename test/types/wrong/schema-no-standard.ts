// says: 'parse' does not exist in type 'StandardSchemaV1
import { defineProvider } from 'quarterturn/provider'
import { capabilities, identity, open, propose, serves, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: { parse: JSON.parse },
  capabilities,
  identity,
  withCredential,
  propose,
  open,
})
