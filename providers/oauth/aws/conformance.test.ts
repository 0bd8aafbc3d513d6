/** The conformance kit for client secrets that we choose, of which a user pool of Amazon Cognito keeps two. */
import { randomUUID } from 'node:crypto'
import { describe } from 'vitest'
import {
  type ConformanceOptions,
  conformanceCases,
  type End,
  type FreshTarget,
} from '../../../shared/conformance/index.ts'
import type { Provider, StoredSecret } from '../../../shared/provider/index.ts'
import { isShort, leftOutOfRun, onePoint, repeatBy, TRIED_BY_WHOLE, testEach } from '../../../test/kit-run.ts'
import { type ApiReply, type Authority, startAuthority } from '../../../test/servers/oauth/authority.ts'
import { addTo, cognito, KEYS, operationOf, POOL, REGION } from '../../../test/servers/oauth/cognito.ts'
import { createOauth } from '../index.ts'
import { getsTokenAt, troublesOf } from '../test-conformance.ts'

/** Each look is seconds later than the one before, for us and the pool alike: a rotation lasts no moment, as in the kit. */
let time = Date.UTC(2026, 0, 1)
const now = (): number => {
  time += 5_000
  return time
}

async function freshPool(): Promise<FreshTarget> {
  const clientId = `client${randomUUID().replaceAll('-', '')}`
  const first = `madebyhand${randomUUID().replaceAll('-', '')}`
  const authority = await startAuthority({
    vendor: cognito(),
    now,
    clients: { [clientId]: { secret: randomUUID(), scope: 'api' } },
  })
  const { book } = authority
  const live = book.of(clientId)
  live.clear()
  addTo(book, clientId, first)
  const { hostname: host, port } = new URL(authority.url)
  return {
    secret: {
      engine: 'oauth',
      profile: 'cognito',
      domainUrl: authority.url,
      userPoolId: POOL,
      clientId,
      clientSecret: first,
      scope: 'api',
      note: 'kept',
    },
    wire: {
      upstream: { host, port: Number(port) },
      framing: 'http',
      at: (stored, place) => ({ ...stored, domainUrl: `http://${place.host}:${place.port}` }),
    },
    ...troublesOf(authority),
    refuseByPolicy: changing(authority, () => ({
      status: 400,
      body: { __type: 'InvalidParameterException', message: 'not this one' },
    })),
    slow: async () => {
      const healed = Promise.withResolvers<undefined>()
      const end = await changing(authority, () => healed.promise)()
      return async () => {
        await end()
        // That a connection is gone, its other end hears a moment later.
        await new Promise((resolve) => setTimeout(resolve, 50))
        healed.resolve(undefined)
      }
    },
    changePasswordByHand: async () => {
      const before = [...live]
      live.clear()
      addTo(book, clientId, 'setbyhandandknowntonobody')
      return async () => {
        live.clear()
        for (const [id, kept] of before) live.set(id, kept)
      }
    },
    // No `failover`: a user pool is not put back to what it was.
    close: () => authority.stop(),
  }
}

/** Changes are answered so, or after so long, until the end; looks and sign-ins are not. */
const changing =
  (authority: Authority, answer: () => ApiReply | Promise<undefined>) => async (): Promise<End> => {
    const before = authority.answers
    authority.answers = (_seen, headers) =>
      /^(Add|Delete)/.test(operationOf(headers)) ? answer() : undefined
    return async () => {
      authority.answers = before
    }
  }

const oauth = createOauth({
  allowClearTextLoopback: true,
  now,
  awsOrigin: ({ tokenOrigin }) => tokenOrigin,
})

const options: ConformanceOptions = {
  provider: {
    ...oauth,
    capabilities: oauth.capabilitiesOf?.({ profile: 'cognito' }) ?? oauth.capabilities,
    open: (request) =>
      oauth.open({
        ...request,
        aws: {
          secretArn: `arn:aws:secretsmanager:${REGION}:111122223333:secret:app-AbCdEf`,
          region: REGION,
          credentials: async () => KEYS,
        },
      } as Parameters<typeof oauth.open>[0]),
  } as Provider,
  freshTarget: freshPool,
  signIn: (stored: StoredSecret) => getsTokenAt(`${stored['domainUrl']}/oauth2/token`, 'basic', stored),
  // The target is in memory, and a point mostly waits.
  atOnce: 16,
  recoveries: 'in turn',
  repeatCommand: repeatBy('providers/oauth/aws/conformance.test.ts'),
  ...(onePoint === undefined ? {} : { only: onePoint }),
}

/** What takes longest. What is left tries each of it in another way. */
const LONG =
  /recovers by (the same step|a new token)|every step at every stage|twice at once|too slow|any moment of/

describe('conformance of a client of a user pool', () => {
  const skip = Object.fromEntries(
    conformanceCases(options).flatMap(({ name }) => {
      const reason = isShort && LONG.test(name) ? TRIED_BY_WHOLE : leftOutOfRun(name, { cutsInShort: false })
      return reason === undefined ? [] : [[name, reason]]
    }),
  )
  testEach('conformance of a client of a user pool', options, conformanceCases({ ...options, skip }))
})
