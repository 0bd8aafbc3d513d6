/** The REST API: passwords of users, and the credentials of the External Client App. */
import { APP, CONSUMER, type Org, type Pair, type Staged, type User } from './org.ts'
import { type Answer, type Asked, json, restError } from './reply.ts'

const NOT_FOUND = restError(404, 'NOT_FOUND', 'The requested resource does not exist')
const NO_CONTENT: Answer = { status: 204 }

export function restFor(org: Org, asked: Asked): Answer {
  const session = org.sessions.get(asked.token ?? '')
  if (session === undefined) return restError(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
  const { version, rest } =
    /^\/services\/data\/v(?<version>\d+)\.0(?<rest>\/.*)$/.exec(asked.path)?.groups ?? {}
  if (rest === undefined) return NOT_FOUND
  const { id } = /^\/sobjects\/User\/(?<id>\w+)\/password$/.exec(rest)?.groups ?? {}
  if (id !== undefined) return passwordOf(org, session.user, id, asked)
  return Number(version) < 65 ? NOT_FOUND : credentials(org, session.user, rest, asked)
}

function passwordOf(org: Org, by: User, id: string, { method, body }: Asked): Answer {
  const user = [...org.users.values()].find((one) => one.id === id)
  if (user === undefined) return NOT_FOUND
  if (!by.mayResetOthers && by !== user)
    return restError(403, 'INSUFFICIENT_ACCESS', 'You do not have permission to view this record.')
  if (method === 'GET') return json(200, { isExpired: user.isExpired })
  if (method !== 'POST') return restError(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed`)
  const { NewPassword } = JSON.parse(body)
  if (!org.policy.test(NewPassword))
    return restError(400, 'INVALID_NEW_PASSWORD', `Your password must be better than ${NewPassword}`)
  user.password = NewPassword
  return NO_CONTENT
}

function credentials(org: Org, by: User, rest: string, { method, query, body }: Asked): Answer {
  const at = `/apps/oauth/credentials/${APP}/${CONSUMER}`
  if (!rest.startsWith(at)) return NOT_FOUND
  if (!org.allowsSecretsInRest)
    return restError(403, 'FUNCTIONALITY_NOT_ENABLED', 'This feature is not currently enabled for this user.')
  if (!by.mayStage) return restError(403, 'INSUFFICIENT_ACCESS', 'You do not have access to this resource.')
  const below = rest.slice(at.length)
  if (below === '' && method === 'GET') return json(200, partOf(org.primary, query.get('part')))
  if (below === '/staged') {
    if (method === 'POST') return post(org, by)
    if (method !== 'GET') return NOT_FOUND
    if (org.slot === undefined && org.variant.empty === 'not found') return NOT_FOUND
    return json(200, {
      stagedCredentials: org.slot === undefined ? [] : [shown(org, org.slot)],
      url: `/services/data/v65.0${at}/staged`,
    })
  }
  const { id } = /^\/staged\/(?<id>\w+)$/.exec(below)?.groups ?? {}
  const { slot } = org
  if (slot === undefined || slot.id !== id) return NOT_FOUND
  if (method === 'GET') return json(200, shown(org, slot))
  if (method === 'DELETE') {
    org.slot = undefined
    return NO_CONTENT
  }
  if (method !== 'PATCH' || JSON.parse(body).command !== 'rotate') return NOT_FOUND
  if (slot.state !== 'Active' || org.isExpired(slot))
    return restError(400, 'INVALID_INPUT', 'Only active staged credentials can be rotated.')
  return json(200, shown(org, org.rotate(slot)))
}

function post(org: Org, by: User): Answer {
  const { slot, variant } = org
  const isFree = slot === undefined || (variant.post === 'replaces' && slot.state === 'Rotated')
  if (!isFree)
    return restError(400, 'LIMIT_EXCEEDED', 'Staged credentials already exist for this OAuth consumer.')
  const staged = shown(org, org.stage(by.id))
  const { id: _, ...withoutId } = staged
  return json(201, {
    stagedCredentials: [variant.idInAnswer ? staged : withoutId],
    url: staged.stagedCredentialsUrl,
  })
}

function partOf({ key, secret }: Pair, part: string | null): Partial<Pair> {
  return part === 'key' ? { key } : part === 'secret' ? { secret } : { key, secret }
}

function shown(org: Org, staged: Staged) {
  const url = `/services/data/v65.0/apps/oauth/credentials/${APP}/${CONSUMER}/staged`
  const { createdBy } = org.variant
  return {
    id: staged.id,
    key: staged.key,
    secret: staged.secret,
    state: org.isExpired(staged) ? 'Expired' : staged.state,
    ...(createdBy === 'nothing'
      ? {}
      : { createdBy: createdBy === 'id' ? staged.createdBy : { id: staged.createdBy, name: 'Integration' } }),
    createdDate: new Date(staged.createdAt).toISOString(),
    expirationDate: new Date(org.expiryOf(staged)).toISOString(),
    stagedCredentialsUrl: url,
    url: `${url}/${staged.id}`,
  }
}
