/** A sound provider for the small target that issues client secrets. */
import * as z from 'zod'
import {
  defineProvider,
  type LiveCredential,
  type MintCapabilities,
  type MintedStrategy,
  markOf,
  markText,
  ONLY_MINTS,
  type OpenRequest,
  type Provider,
  proposesNothing,
  QuarterturnError,
  type Session,
  type StoredSecret,
  type Verdict,
  type Who,
} from '../../provider/index.ts'
import type { MintKind } from './test-mint-server.ts'
import { type Asked, type HttpReply, Requests, secretIn } from './test-requests.ts'

const ClientSecret = z.looseObject({
  url: z.string(),
  account: z.string(),
  secret: z.string(),
  secretId: z.string(),
  masterarn: z.string().optional(),
})
type ClientSecret = z.infer<typeof ClientSecret>

const Listed = z.object({
  secrets: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      createdAt: z.number(),
      secret: z.string().optional(),
    }),
  ),
})
const Issued = z.object({
  id: z.string(),
  secret: z.string(),
  expiresAt: z.number().optional(),
  oldExpiresAt: z.number().optional(),
})

/** Ids as the target makes them; no other goes into an address. */
const ID = /^[\w-]{1,64}$/

const replaces = ({ endsOldAfterMs }: MintKind): boolean => endsOldAfterMs !== undefined

/** What the provider says of the target; a test may let it say something else. */
const capabilitiesOf = (kind: MintKind): MintCapabilities => ({
  marked: !replaces(kind) || kind.byAdmin === true,
  ...(kind.endsOldAfterMs === 0 ? { inPlace: true } : {}),
  ...(kind.endsOldAfterMs ? { graceMs: kind.endsOldAfterMs } : {}),
  readable: kind.readable === true,
  livesAtOnce: kind.livesAtOnce,
  ...(kind.settlesMs === undefined ? {} : { settlesWithinMs: kind.settlesMs }),
  ...(kind.lifeMs === undefined ? {} : { longestLifeMs: kind.lifeMs }),
})

const strategyOf = (kind: MintKind): MintedStrategy =>
  !replaces(kind) ? 'overlapping' : kind.endsOldAfterMs === 0 ? 'in-place-minted' : 'grace'

export function mintingProvider(kind: MintKind): Provider<typeof ClientSecret> {
  return defineProvider({
    name: 'mint',
    serves: { engines: ['mint'] },
    schema: ClientSecret,
    capabilities: {
      strategies: [strategyOf(kind)],
      repeat: 'harmless',
      lock: 'none',
      failedProbe: 'free',
      retires: !replaces(kind),
      mint: capabilitiesOf(kind),
    },
    ...(kind.byAdmin === true && {
      admin: {
        strategies: [strategyOf(kind)],
        arn: ({ masterarn }) => masterarn,
        value: ({ admin }) => admin,
      },
    }),
    identity: ({ url, account, secret, secretId }) => ({
      account,
      endpoint: url,
      credential: secret,
      id: secretId,
      server: { host: new URL(url).hostname, port: Number(new URL(url).port) },
    }),
    withCredential: ({ into, from }) => ({
      ...into,
      secret: from['secret'],
      secretId: from['secretId'],
    }),
    propose: proposesNothing,
    open: openMints,
  })
}

const unreachable = () =>
  new QuarterturnError('TARGET_UNREACHABLE', { problem: 'no answer that says anything' })

function openMints(opened: OpenRequest<ClientSecret>): Session {
  const requests = new Requests(opened.connect)
  const secretOf = secretIn(opened)
  const request = async (as: Who, what: Asked): Promise<HttpReply> => {
    const reply = await requests.ask(secretOf(as), what)
    if (reply === undefined) throw unreachable()
    if (reply.status === 401) throw new QuarterturnError('CURRENT_REFUSED', { problem: 'refused' })
    if (reply.status === 403 || reply.status === 429)
      throw new QuarterturnError('CREDENTIAL_BARRED', { problem: 'barred' })
    if (reply.status === 503)
      throw new QuarterturnError('TARGET_READ_ONLY', { problem: 'nothing is changed' })
    return reply
  }
  const end = async (id: string, as: Who): Promise<'revoked' | 'already'> => {
    if (!ID.test(id)) return 'already'
    const { status } = await request(as, { method: 'DELETE', path: `/secrets/${id}` })
    if (status === 204) return 'revoked'
    if (status === 404) return 'already'
    throw unreachable()
  }
  const stored = (id: string, secret: string): StoredSecret => ({
    ...secretOf('current'),
    secret,
    secretId: id,
  })
  return {
    ...ONLY_MINTS,
    async check({ as }) {
      const { status } = await request(as, { method: 'GET', path: '/me' })
      if (status !== 200) throw unreachable()
      return { possible: true, missing: [] }
    },
    async probe({ who }): Promise<Verdict> {
      const reply = await requests.ask(secretOf(who), { method: 'GET', path: '/me' })
      if (reply?.status === 200) return { verdict: 'accepted', as: secretOf(who).account }
      if (reply?.status === 401) return { verdict: 'rejected' }
      if (reply?.status === 403 || reply?.status === 429) return { verdict: 'barred', reason: 'barred' }
      return { verdict: 'unknown', reason: 'no answer', code: 'TARGET_UNREACHABLE' }
    },
    async list({ as }) {
      const { status, body } = await request(as, { method: 'GET', path: '/secrets' })
      const listed = Listed.safeParse(body)
      if (status !== 200 || !listed.success) throw unreachable()
      return listed.data.secrets.map(({ id, name, createdAt, secret }): LiveCredential => {
        const mark = markOf(name)
        return {
          id,
          createdAt,
          ...(mark === undefined ? {} : { mark }),
          ...(secret === undefined ? {} : { value: stored(id, secret) }),
        }
      })
    },
    async mint({ as, mark }) {
      const { status, body } = await request(as, {
        method: 'POST',
        path: '/secrets',
        body: { name: markText(mark) },
      })
      if (status === 409) return { result: 'full', reason: 'as many secrets live as may' }
      const issued = Issued.safeParse(body)
      if (status !== 201 || !issued.success || !ID.test(issued.data.id)) throw unreachable()
      const { id, secret, expiresAt, oldExpiresAt } = issued.data
      return {
        result: 'minted',
        id,
        value: stored(id, secret),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        ...(oldExpiresAt === undefined ? {} : { oldExpiresAt }),
      }
    },
    revoke: ({ id, as }) => end(id, as),
    async retire({ gone, keep, as }) {
      const { secretId } = secretOf(gone)
      if (secretId === secretOf(keep).secretId) return { result: 'cannot', reason: 'it is to be kept' }
      return { result: (await end(secretId, as)) === 'revoked' ? 'retired' : 'already' }
    },
    close: () => requests.close(),
  }
}
