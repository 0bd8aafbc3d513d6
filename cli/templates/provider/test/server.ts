/** The target as a tiny server on loopback: its users are in memory, and it misbehaves on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TestUser {
  password: string
  mayChangePassword: boolean
  isLocked: boolean
  /** Whom the target says to have signed in. Default: the user that did. */
  shownAs?: string
}

/**
 * What happens to the next change instead of the usual: the connection ends before or after it is carried out, it is
 * never answered, or it is answered by a status.
 */
export type Mishap = 'cut before' | 'cut after' | 'stall' | number

export interface TestTarget {
  readonly url: string
  readonly users: Map<string, TestUser>
  /** Passwords that the policy refuses. */
  readonly refuses: (password: string) => boolean
  /** Each is used up by one request that changes a password. */
  readonly mishaps: Mishap[]
  /** Sign-ins that were refused. */
  readonly failedSignIns: number
  addUser(username: string, password: string, more?: Partial<TestUser>): void
  close(): Promise<void>
}

export interface TestTargetOptions {
  /** Default: takes every password. */
  readonly refuses?: (password: string) => boolean
}

export async function startTarget({ refuses = () => false }: TestTargetOptions = {}): Promise<TestTarget> {
  const users = new Map<string, TestUser>()
  const mishaps: Mishap[] = []
  let failedSignIns = 0

  const signedIn = (request: IncomingMessage): string | number => {
    const [username, password] = credentialOf(request)
    const user = users.get(username)
    if (user?.isLocked === true) return 403
    if (user !== undefined && user.password === password) return username
    failedSignIns += 1
    return 401
  }

  const changePassword = (user: TestUser, body: string): number => {
    const { password }: { password: string } = JSON.parse(body)
    if (!user.mayChangePassword) return 403
    if (refuses(password)) return 422
    user.password = password
    return 204
  }

  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const who = signedIn(request)
    if (typeof who === 'number') return answer(response, who)
    const user = users.get(who)
    if (user === undefined) return answer(response, 401)
    const path = `${request.method} ${request.url}`
    if (path === 'GET /v1/user')
      return answer(response, 200, {
        username: user.shownAs ?? who,
        mayChangePassword: user.mayChangePassword,
      })
    if (path !== 'PUT /v1/user/password') return answer(response, 404)

    const mishap = mishaps.shift()
    if (mishap === 'stall') return
    if (mishap === 'cut before') return response.destroy()
    if (typeof mishap === 'number') return answer(response, mishap)
    const status = changePassword(user, body)
    return mishap === 'cut after' ? response.destroy() : answer(response, status)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    users,
    refuses,
    mishaps,
    get failedSignIns() {
      return failedSignIns
    },
    addUser(username, password, more = {}) {
      users.set(username, { password, mayChangePassword: true, isLocked: false, ...more })
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function credentialOf({ headers }: IncomingMessage): readonly [username: string, password: string] {
  const pair = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString()
  const colon = pair.indexOf(':')
  return [pair.slice(0, colon), pair.slice(colon + 1)]
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function answer(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
