/** The target as a tiny server on loopback: its users are in memory, and it misbehaves on demand. */
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

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

/**
 * What is wrong with the whole target, for as long as it is: nothing answers, every request is one too many, changes
 * are not taken, changes wait, or the policy refuses every password.
 */
export type Trouble = 'down' | 'limited' | 'read-only' | 'slow' | 'strict'

export interface TestTarget {
  readonly url: string
  readonly port: number
  readonly users: Map<string, TestUser>
  /** Each is used up by one request that changes a password. */
  readonly mishaps: Mishap[]
  readonly troubles: Set<Trouble>
  /** Sign-ins that were refused. */
  readonly failedSignIns: number
  readonly openConnections: number
  /** One line for each request: what was asked, and the status. */
  readonly log: readonly string[]
  addUser(username: string, password: string, more?: Partial<TestUser>): void
  dropConnections(): void
  close(): Promise<void>
}

export async function startTarget(): Promise<TestTarget> {
  const users = new Map<string, TestUser>()
  const mishaps: Mishap[] = []
  const troubles = new Set<Trouble>()
  const log: string[] = []
  const connections = new Set<Socket>()
  let failedSignIns = 0

  const signedIn = (request: IncomingMessage): string | number => {
    if (troubles.has('limited')) return 429
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
    if (troubles.has('read-only')) return 423
    if (troubles.has('strict')) return 422
    user.password = password
    return 204
  }

  const answer = (
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    body?: object,
  ): void => {
    log.push(`${request.method} ${request.url} ${status}`)
    response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request)
    const path = `${request.method} ${request.url}`
    const isChange = path === 'PUT /v1/user/password'
    // A slow target carries nothing out for a client that has gone away.
    if (isChange) while (troubles.has('slow') && !response.destroyed) await pause(5)
    if (response.destroyed) return
    const who = signedIn(request)
    if (typeof who === 'number') return answer(request, response, who)
    const user = users.get(who)
    if (user === undefined) return answer(request, response, 401)
    if (path === 'GET /v1/user')
      return answer(request, response, 200, {
        username: user.shownAs ?? who,
        mayChangePassword: user.mayChangePassword,
      })
    if (!isChange) return answer(request, response, 404)

    const mishap = mishaps.shift()
    if (mishap === 'stall') return
    if (mishap === 'cut before') return void response.destroy()
    if (typeof mishap === 'number') return answer(request, response, mishap)
    const status = changePassword(user, body)
    if (mishap === 'cut after') response.destroy()
    else answer(request, response, status)
  }
  // A request that was cut off in the middle asks for nothing.
  const server = createServer((request, response) => serve(request, response).catch(() => response.destroy()))
  server.on('connection', (socket) => {
    if (troubles.has('down')) return void socket.destroy()
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    users,
    mishaps,
    troubles,
    log,
    get failedSignIns() {
      return failedSignIns
    },
    get openConnections() {
      return connections.size
    },
    addUser(username, password, more = {}) {
      users.set(username, { password, mayChangePassword: true, isLocked: false, ...more })
    },
    dropConnections: () => server.closeAllConnections(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** A sign-in as an application makes it, without the provider. Rejects when the target does not say. */
export function signsIn(url: string, username: string, password: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get(
      new URL('/v1/user', url),
      { auth: `${username}:${password}`, agent: false },
      (reply) => {
        reply.resume()
        if (reply.statusCode === 200 || reply.statusCode === 401) resolve(reply.statusCode === 200)
        else reject(new Error(`the sign-in was answered ${reply.statusCode}`))
      },
    )
    request.on('error', reject)
  })
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

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
