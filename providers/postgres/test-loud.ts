/** What the conformance kit tries in a process of its own, which has every debug switch on from its start. */
import type { LoudModule } from '../../shared/conformance/index.ts'
import { requirePostgres } from '../../test/servers/postgres.ts'
import { createPostgres } from './index.ts'
import { freshRole } from './test-conformance.ts'
import { signsIn } from './test-target.ts'

const conformance: LoudModule['default'] = async () => {
  const server = await requirePostgres({ kind: 'embedded' })
  return {
    options: {
      provider: createPostgres({ ca: server.ca }),
      freshTarget: () => freshRole(server),
      signIn: ({ username, password }) => signsIn(server, String(username), String(password)),
    },
    close: () => server.stop(),
  }
}
export default conformance
