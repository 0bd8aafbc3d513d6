/** The part of Ory Hydra's admin API that changes a client, as `client/handler.go` and `jsonx/patch.go` of Ory have it. */
import type { ApiReply, ApiRequest, AuthorityOptions, Vendor } from './authority.ts'
import { changeClient, clientOf } from './signing-clients.ts'

/** What stands in front of the admin API, where anything does. */
export const HYDRA_KEY = 'hydra-api-key-0123456789-canary'

export interface HydraOptions {
  /** Whether only who has the API key may. Default: who reaches the admin API may, as Hydra itself has it. */
  readonly wantsKey?: boolean
}

export const hydra = ({ wantsKey = false }: HydraOptions = {}): Omit<AuthorityOptions, 'now'> => ({
  clients: {},
  vendor: adminApi(wantsKey),
  oidc: { scopes: ['api'] },
  wantsEndpoint: true,
})

const adminApi =
  (wantsKey: boolean): Vendor =>
  (request) => {
    const [, id] = /^\/admin\/clients\/([^/]+)$/.exec(request.path) ?? []
    if (id === undefined) return undefined
    if (wantsKey && request.headers.authorization !== `Bearer ${HYDRA_KEY}`)
      return failed(401, 'The request could not be authorized')
    return answer(id, request)
  }

async function answer(id: string, { method, body }: ApiRequest): Promise<ApiReply> {
  const client = await clientOf(id)
  if (client === undefined) return failed(404, 'Unable to locate the resource')
  if (method === 'GET') return { status: 200, body: client }
  if (method !== 'PATCH') return failed(405, 'Method Not Allowed')
  let changed = client
  for (const { op, path, value } of body as readonly Operation[]) {
    if (!['add', 'remove', 'replace'].includes(op)) return failed(500, `unsupported operation: ${op}`)
    if (path === '/id') return failed(500, `patch includes denied path: ${path}`)
    changed = replaced(changed, path.slice(1).split('/'), op === 'remove' ? undefined : value)
  }
  await changeClient(id, changed)
  return { status: 200, body: changed }
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

function replaced(
  of: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = of[name]
  return {
    ...of,
    [name]: rest.length === 0 ? value : replaced(inner as Record<string, unknown>, rest, value),
  }
}

/** Herodot's form of errors, with what it was asked for in it. */
const failed = (code: number, message: string): ApiReply => ({
  status: code,
  body: { error: { code, status: 'failed', message } },
})
