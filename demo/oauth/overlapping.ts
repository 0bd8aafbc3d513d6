import { appIdOf } from '../../test/servers/oauth/okta.ts'
import { type Claim, NOTHING_LOGGED, requireNoFailure } from '../proof.ts'
import type { Scene } from '../scene.ts'
import { connectAs } from '../sign-in.ts'
import { twoWaysOfReading } from '../with-admin.ts'
import { type AuthorityServer, CLIENT } from './server.ts'

const SECRET = 'demo/reporter'
const READS = 0
const KEEPS = 1

const BOTH_GET_TOKENS: Claim = {
  claim: 'The new client secret gets tokens, and the old one still does',
  async check({ before, after }) {
    if (before.password === after.password) throw new Error('the secret is the same')
    return `both for ${await connectAs(after)} and ${await connectAs(before)}`
  },
}

const NO_ORPHAN: Claim<AuthorityServer> = {
  claim: 'No other client secret lives at the server',
  async check({ server, before, after }) {
    const live = [...server.authority.book.of(CLIENT).values()].map(({ value }) => value)
    const known = [before.password, after.password]
    if (live.length !== 2 || !known.every((one) => live.includes(one)))
      throw new Error(`there are ${live.length} client secrets, not the two of the versions`)
    return 'two, of AWSCURRENT and AWSPREVIOUS'
  },
}

const NEVER_REFUSED: Claim = {
  claim: 'The application was never refused a token',
  async check({ queries, movedAt }) {
    requireNoFailure(queries)
    const since = (worker: number) =>
      queries.filter((query) => query.worker === worker && query.startedAt > movedAt).length
    if (since(READS) === 0 || since(KEEPS) === 0) throw new Error('nobody asked after AWSCURRENT had moved')
    return `${queries.length} token requests, 0 failures; after AWSCURRENT had moved ${since(READS)} with the new secret, ${since(KEEPS)} with the old one`
  },
}

/** A second secret beside the first: the one that was replaced gets tokens until the next rotation. */
export const overlapping: Scene<AuthorityServer> = {
  opening:
    'overlapping: the client has a second secret issued beside the first, by its own rights, so that no token request is refused.',
  ...twoWaysOfReading(SECRET),
  application:
    'An application asks for one token after the other; half of it reads the secret each time, half keeps what it read first',
  prepare: ({ display, server, secretsManager }) =>
    display.show('Creating the secret', async () => {
      const { authority, firstSecret } = server
      await secretsManager.create(SECRET, {
        engine: 'oauth',
        profile: 'okta',
        orgUrl: authority.url,
        appId: appIdOf(CLIENT),
        clientId: CLIENT,
        clientSecret: firstSecret,
        secretId: `by-hand-${CLIENT}`,
        scope: 'reports',
      })
      return { value: [firstSecret], line: `The secret ${SECRET} holds the client \`${CLIENT}\`` }
    }),
  claims: [BOTH_GET_TOKENS, NO_ORPHAN, NEVER_REFUSED, NOTHING_LOGGED],
}
