// says: Type '{ verdict: "refused"; }' is not assignable to type 'Verdict'
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
  open: () => ({ ...session, probe: async () => ({ verdict: 'refused' }) }),
})
