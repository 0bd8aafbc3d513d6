/** Options for a process of its own. `?printing`: with a provider that looks at `DEBUG` once, when it is loaded. */

import { field, secretOf, withSession } from '../broken/test-breaking.ts'
import type { LoudModule } from '../options.ts'
import { freshMemory, memoryProvider, signsInToMemory } from '../targets/test-memory.ts'

const isDebugging = process.env['DEBUG'] !== undefined

const printing = withSession((session, request) => ({
  apply: (change) => {
    if (isDebugging)
      process.stderr.write(`> SET ${String(field(secretOf(request, 'pending'), 'password'))}\n`)
    return session.apply(change)
  },
}))

const conformance: LoudModule['default'] = async () => {
  const sound = memoryProvider('one')
  const provider = import.meta.url.endsWith('?printing') ? printing(sound) : sound
  return {
    options: { provider, freshTarget: freshMemory, signIn: signsInToMemory },
    close: async () => undefined,
  }
}
export default conformance
