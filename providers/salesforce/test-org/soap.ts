/** `/services/Soap/u/…`: login(), getUserInfo() and changeOwnPassword(). */
import type { Org, User } from './org.ts'
import type { Answer, Asked } from './reply.ts'

const envelope = (status: number, body: string): Answer => ({
  status,
  type: 'text/xml; charset=utf-8',
  body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
})

const fault = (code: string, message: string): Answer =>
  envelope(
    500,
    `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: ${message}</faultstring><detail><sf:fault xsi:type="sf:ApiFault"><sf:exceptionCode>${code}</sf:exceptionCode></sf:fault></detail></soapenv:Fault>`,
  )

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const field = (body: string, name: string): string =>
  (new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '').replace(
    /&(\w+);/g,
    (_, entity: string) => ENTITIES[entity] ?? '?',
  )

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

export function soapFor(org: Org, base: string, asked: Asked): Answer {
  const version = Number(/^\/services\/Soap\/u\/(\d+)\.0$/.exec(asked.path)?.[1])
  const { body } = asked
  if (body.includes('<login ')) {
    if (version >= 65 || !org.hasSoapLogin)
      return fault('UNSUPPORTED_API_VERSION', 'login is not available in this version')
    return login(org, base, version, body)
  }
  const session = org.sessions.get(field(body, 'sessionId'))
  if (session === undefined)
    return fault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session')
  const { user } = session
  if (user.isExpired && !body.includes('<changeOwnPassword>'))
    return fault('INVALID_OPERATION_WITH_EXPIRED_PASSWORD', 'The password has expired')
  if (body.includes('<getUserInfo>') || body.includes('<getUserInfo/>'))
    return envelope(
      200,
      `<getUserInfoResponse><result><userId>${user.id}</userId><userName>${escaped(user.username)}</userName><organizationId>${org.id}</organizationId></result></getUserInfoResponse>`,
    )
  return changeOwnPassword(org, user, body)
}

function login(org: Org, base: string, version: number, body: string): Answer {
  const user = org.users.get(field(body, 'username'))
  if (user === undefined || user.password !== field(body, 'password') || user.isLocked) {
    if (user !== undefined) user.failedSignIns += 1
    return fault('INVALID_LOGIN', 'Invalid username, password, security token; or user locked out.')
  }
  if (user.needsToken)
    return fault(
      'LOGIN_MUST_USE_SECURITY_TOKEN',
      'Invalid username, password, security token; or user locked out.',
    )
  return envelope(
    200,
    `<loginResponse><result><metadataServerUrl>${base}/services/Soap/m/${version}.0/${org.id}</metadataServerUrl><passwordExpired>${user.isExpired}</passwordExpired><sandbox>false</sandbox><serverUrl>${base}/services/Soap/u/${version}.0/${org.id}</serverUrl><sessionId>${org.open(user)}</sessionId><userId>${user.id}</userId><userInfo><organizationId>${org.id}</organizationId><userName>${escaped(user.username)}</userName></userInfo></result></loginResponse>`,
  )
}

function changeOwnPassword(org: Org, user: User, body: string): Answer {
  if (!body.includes('<changeOwnPassword>')) return fault('UNKNOWN_EXCEPTION', 'no such call')
  if (user.password !== field(body, 'oldPassword'))
    return fault('INVALID_OLD_PASSWORD', 'Your old password is incorrect')
  const wanted = field(body, 'newPassword')
  if (!org.policy.test(wanted)) return fault('INVALID_NEW_PASSWORD', `not good enough: ${escaped(wanted)}`)
  user.password = wanted
  user.isExpired = false
  return envelope(200, '<changeOwnPasswordResponse><result/></changeOwnPasswordResponse>')
}
