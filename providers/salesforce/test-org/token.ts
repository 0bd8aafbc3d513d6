/** `/services/oauth2/token`: the flows of client credentials and of user names and passwords. */
import type { Org, User } from './org.ts'
import { type Answer, type Asked, json } from './reply.ts'

const refused = (status: number, error: string, description: string): Answer =>
  json(status, { error, error_description: description })

export function tokenFor(org: Org, base: string, { body }: Asked): Answer {
  const form = new URLSearchParams(body)
  const pair = { key: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }
  if (!org.knows(pair.key)) return refused(400, 'invalid_client_id', 'client identifier invalid')
  if (!org.accepts(pair)) return refused(400, 'invalid_client', 'invalid client credentials')
  switch (form.get('grant_type')) {
    case 'client_credentials':
      if (!org.isFlowEnabled) return refused(400, 'invalid_grant', 'no client credentials user enabled')
      return granted(org, base, pair.key === org.adminApp.pair.key ? org.adminApp.user : org.runAs, pair.key)
    case 'password': {
      if (!org.isPasswordFlowEnabled) return refused(400, 'invalid_grant', 'authentication failure')
      const user = org.users.get(form.get('username') ?? '')
      if (user === undefined || user.password !== form.get('password') || user.isLocked) {
        if (user !== undefined) user.failedSignIns += 1
        return refused(400, 'invalid_grant', 'authentication failure')
      }
      return granted(org, base, user, pair.key)
    }
    default:
      return refused(400, 'unsupported_grant_type', 'grant type not supported')
  }
}

const granted = (org: Org, base: string, user: User, key: string): Answer =>
  json(200, {
    access_token: org.open(user, key),
    signature: 'c2lnbmF0dXJl',
    instance_url: base,
    id: `${base}/id/${org.id}/${user.id}`,
    token_type: 'Bearer',
    issued_at: String(org.now()),
  })
