import * as z from 'zod'
import { type HttpClient, HttpFailure, verdictOfFailure } from '../../../shared/http/index.ts'
import type { Verdict } from '../../../shared/provider/index.ts'
import type { ClientSecret } from '../schema.ts'

type Refusal = Exclude<Verdict, { verdict: 'accepted' }>

/** A session of the app's run-as user. */
export interface Grant {
  readonly accessToken: string
  /** The id of the user that the app acts as; of 15 characters, since Salesforce writes ids in two lengths. */
  readonly userId: string
}

const Granted = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{10,4000}$/),
  id: z.string().regex(/\/id\/\w{15,18}\/\w{15,18}$/),
  token_type: z.literal('Bearer'),
})
const Refused = z.object({ error: z.string(), error_description: z.string().optional() })

/** The flow of client credentials, which Salesforce takes at the My Domain of the org alone. Answers how it was refused. */
export async function grantFor(http: HttpClient, secret: ClientSecret): Promise<Grant | Refusal> {
  const { baseUri, consumerKey, consumerSecret } = secret
  try {
    const { status, body } = await http.send({
      method: 'POST',
      origin: baseUri,
      path: '/services/oauth2/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: consumerKey,
        client_secret: consumerSecret,
      }).toString(),
    })
    const answer = jsonOf(body)
    const granted = Granted.safeParse(answer)
    if (status === 200 && granted.success) {
      const userId = granted.data.id.split('/').at(-1) ?? ''
      return { accessToken: granted.data.access_token, userId: userId.slice(0, 15) }
    }
    return refusalOf(status, answer)
  } catch (error) {
    if (error instanceof HttpFailure) return verdictOfFailure(error)
    throw error
  }
}

export const isRefusal = (answer: Grant | Refusal): answer is Refusal => 'verdict' in answer

function refusalOf(status: number, answer: unknown): Refusal {
  const refused = Refused.safeParse(answer)
  const error = refused.success && (status === 400 || status === 401) ? refused.data.error : ''
  switch (error) {
    // An unknown key, and a key with another secret.
    case 'invalid_client_id':
    case 'invalid_client':
      return { verdict: 'rejected', reason: `Salesforce answered ${error}` }
    case 'invalid_grant':
      return barred('the app has no run-as user, or that user may not sign in')
    case 'unsupported_grant_type':
    case 'unauthorized_client':
      return barred('the client credentials flow of the app is off')
    case 'inactive_user':
    case 'inactive_org':
    case 'rate_limit_exceeded':
    case 'app_not_found':
      return barred(`Salesforce answered ${error}`)
    default:
      return {
        verdict: 'unknown',
        reason: `Salesforce answered ${status} to the token request, with nothing that says more`,
        code: 'TARGET_UNREACHABLE',
      }
  }
}

const barred = (reason: string): Refusal => ({ verdict: 'barred', reason, code: 'CREDENTIAL_BARRED' })

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
