import * as z from 'zod'
import type { HttpReply } from '../../../shared/http/index.ts'
import { QuarterturnError } from '../../../shared/provider/index.ts'
import { jsonOf } from './token.ts'

const Visible = z.string().regex(/^[\x21-\x7e]{1,2000}$/)
const Id = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/)

const Pair = z.object({ key: Visible, secret: Visible })
export type Pair = z.output<typeof Pair>

/** A staged set. The id may be left out of an answer that has the address, and whoever made it comes in two forms. */
const Staged = z
  .object({
    id: Id.optional(),
    url: z.string().max(2_000).optional(),
    key: Visible,
    secret: Visible,
    state: z.string(),
    createdBy: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
    createdDate: z.string().optional(),
    expirationDate: z.string().optional(),
  })
  .transform(({ id, url, createdBy, createdDate, expirationDate, ...rest }) => ({
    ...rest,
    id: id ?? Id.safeParse(url?.split('/').at(-1)).data,
    createdBy: typeof createdBy === 'string' ? createdBy : createdBy?.id,
    createdAt: timeOf(createdDate),
    expiresAt: timeOf(expirationDate),
  }))
export type Staged = z.output<typeof Staged>

const Collection = z.object({ stagedCredentials: z.array(Staged).max(20) })
const Errors = z.array(z.object({ errorCode: z.string(), message: z.string() })).min(1)

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

export function pairIn(reply: HttpReply): Pair {
  const parsed = Pair.safeParse(jsonOf(reply.body))
  if (reply.status === 200 && parsed.success) return parsed.data
  throw failureOf(reply, 'the primary credential')
}

/** Nothing staged is answered with an empty list, or by 404. */
export function stagedIn(reply: HttpReply): readonly Staged[] {
  if (reply.status === 404) return []
  const parsed = Collection.safeParse(jsonOf(reply.body))
  if (isDone(reply) && parsed.success) return parsed.data.stagedCredentials
  throw failureOf(reply, 'the staged credentials')
}

export const isDone = ({ status }: HttpReply): boolean => status >= 200 && status < 300

/** Salesforce has looked at the request and will not carry it out: nothing was changed. */
export const isDeclined = (reply: HttpReply): boolean =>
  [400, 405, 409, 412, 422].includes(reply.status) && !isSwitchedOff(reply)

/** The code alone: the text beside it may repeat what was sent. */
export function codeIn({ body }: HttpReply): string | undefined {
  const parsed = Errors.safeParse(jsonOf(body))
  const code = parsed.success ? parsed.data[0]?.errorCode : undefined
  return code !== undefined && /^[A-Z][A-Z_]{2,60}$/.test(code) ? code : undefined
}

export const told = (reply: HttpReply): string =>
  [reply.status, codeIn(reply)].filter((one) => one !== undefined).join(' ')

/** Codes that come with 403 too, and have nothing to do with permissions. */
const NOT_NOW = new Set(['REQUEST_LIMIT_EXCEEDED', 'API_CURRENTLY_DISABLED', 'API_DISABLED_FOR_ORG'])

const SWITCHED_OFF = /not currently enabled|feature is not enabled|not enabled for this user/i

const isSwitchedOff = (reply: HttpReply): boolean =>
  reply.status >= 400 && (codeIn(reply) === 'FUNCTIONALITY_NOT_ENABLED' || SWITCHED_OFF.test(reply.body))

/** What is missing in the org, with where it is given; undefined where the answer is about something else. */
export function missingBy(
  reply: HttpReply,
): { readonly privilege: string; readonly remedy: string } | undefined {
  if (isSwitchedOff(reply))
    return {
      privilege: 'the org keeps consumer secrets out of the REST API',
      remedy:
        'turn on "Allow access to External Client App consumer secrets via REST API" in Setup, External Client App Settings',
    }
  if (reply.status !== 403 || NOT_NOW.has(codeIn(reply) ?? '')) return undefined
  return {
    privilege: 'External Client App Developer and View Client Secret',
    remedy:
      'give both permissions (ExternalClientAppDeveloper, ViewClientSecret) to the run-as user of the app that makes the change',
  }
}

/** The error of an answer that is not what was asked for; whether anything was changed is not known. */
export function failureOf(reply: HttpReply, what: string): QuarterturnError {
  const missing = missingBy(reply)
  if (missing !== undefined)
    return new QuarterturnError('PRIVILEGE_MISSING', {
      problem: `a privilege is missing: ${missing.privilege}`,
      remedy: missing.remedy,
    })
  if (reply.status === 404)
    return new QuarterturnError('PRIMARY_ELSEWHERE', {
      problem:
        'the org shows no app with the `appId` and `consumerId` of the secret, or it comes from a package',
      remedy: 'correct the two ids in the secret; the credentials of a packaged app cannot be staged',
    })
  return new QuarterturnError('TARGET_UNREACHABLE', {
    problem: `Salesforce answered ${told(reply)} when asked for ${what}`,
  })
}
