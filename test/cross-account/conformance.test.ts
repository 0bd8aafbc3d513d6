/**
 * The conformance kit for Postgres with the function in another account: every call goes over HTTP through a session of the
 * role there, and AssumeRole is one of the calls that it is killed before and after.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import { createPostgres } from '../../providers/postgres/index.ts'
import { freshQuickRole } from '../../providers/postgres/test-conformance.ts'
import { signsIn } from '../../providers/postgres/test-target.ts'
import { type ConformanceOptions, conformanceCases } from '../../shared/conformance/index.ts'
import { isShort, onePoint, repeatBy, TRIED_BY_WHOLE, testEach } from '../kit-run.ts'
import { findPostgres, isUnavailable } from '../servers/binaries.ts'
import { type PostgresServer, requirePostgres } from '../servers/postgres.ts'
import { wayTo } from './way.ts'

/** What an account of its own can make a difference to. */
const CASES =
  /: (a rotation that nobody disturbs|killed before and after every call|every step at every stage|while the admin rotates)/
const WHOLE =
  /every step at every stage|while the admin rotates|^alternating-users: killed .* by the (same step|whole)/

const found = await findPostgres('embedded')
const missing = isUnavailable(found) ? found.unavailable : undefined

describe.skipIf(missing !== undefined)(
  `in another account, on the embedded PostgreSQL ${missing ?? ''}`,
  () => {
    let server: PostgresServer | undefined
    const running = (): PostgresServer => {
      if (server === undefined) throw new Error('the server is there only while the cases run')
      return server
    }
    beforeAll(async () => {
      server = await requirePostgres({
        kind: 'embedded',
        keepsSessions: true,
        settings: { scram_iterations: '1' },
      })
    })
    afterAll(() => server?.stop())

    const options: ConformanceOptions = {
      provider: createPostgres({ allowClearTextLoopback: true }),
      freshTarget: () => freshQuickRole(running()),
      signIn: ({ username, password }) =>
        signsIn(running(), String(username), String(password), { tls: false }),
      elsewhere: wayTo,
      recoveries: 'in turn',
      ...(onePoint === undefined ? {} : { only: onePoint }),
      repeatCommand: repeatBy('test/cross-account/conformance.test.ts'),
    }
    const skip = Object.fromEntries(
      conformanceCases(options).flatMap(({ name }) =>
        isShort && WHOLE.test(name) ? [[name, TRIED_BY_WHOLE] as const] : [],
      ),
    )
    testEach(
      'conformance of postgres in another account',
      options,
      conformanceCases({ ...options, skip }).filter(({ name }) => CASES.test(name)),
    )
  },
)
