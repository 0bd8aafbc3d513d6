// says: Type '"single"' is not assignable to type 'Strategy'
import { defineProvider } from 'quarterturn/provider'
import { identity, open, propose, Secret, serves, withCredential } from './parts.ts'

export default defineProvider({
  name: 'acme',
  serves,
  schema: Secret,
  capabilities: { strategies: ['single'], repeat: 'harmless', lock: 'none', failedProbe: 'free' },
  identity,
  withCredential,
  propose,
  open,
})
