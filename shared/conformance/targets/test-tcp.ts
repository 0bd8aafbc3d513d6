/** A small target over TCP: one account, a protocol of lines. What the wire cases of the kit are tried on. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type Connect, connectAnywhere } from '../../network/connect.ts'
import type { FreshTarget } from '../options.ts'
import type { Framing } from '../wire/index.ts'
import type { MemoryKind } from './test-memory.ts'

/** A message is a line, named by its first word; what follows may be a password. */
export const lines: Framing = {
  name: 'lines',
  counts: 'messages',
  initial: undefined,
  isRefusal: (name) => name === 'NO',
  next({ bytes }) {
    const end = bytes.indexOf('\n')
    const [name = ''] = bytes.toString('latin1', 0, end === -1 ? 0 : end).split(' ')
    return end === -1 ? undefined : { name, length: end + 1, state: undefined, isPoint: true }
  },
}

function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const whole = (rest + chunk).split('\n')
    rest = whole.pop() ?? ''
    for (const line of whole) take(line)
  })
}

/** Nobody answers any more. Says nothing of what the server did. */
export class ConnectionLost extends Error {}

/** The client's end: one line out, one line back. */
export class Line {
  readonly #socket: Socket
  readonly #answers: string[] = []
  #isLost = false
  #changed = Promise.withResolvers<void>()

  constructor(port: number, connect: Connect = connectAnywhere) {
    this.#socket = connect({ host: '127.0.0.1', port })
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => {
      this.#isLost = true
      this.#changed.resolve()
    })
    onLines(this.#socket, (answer) => {
      this.#answers.push(answer)
      this.#changed.resolve()
    })
  }

  get isAlive(): boolean {
    return !this.#isLost
  }

  /** Rejects with `ConnectionLost` when there is no answer. */
  async ask(...words: readonly string[]): Promise<string> {
    if (this.#isLost) throw new ConnectionLost('nobody is there')
    this.#socket.write(`${words.map(encodeURIComponent).join(' ')}\n`)
    while (this.#answers.length === 0 && !this.#isLost) {
      this.#changed = Promise.withResolvers()
      await this.#changed.promise
    }
    const answer = this.#answers.shift()
    if (answer === undefined) throw new ConnectionLost('the connection was lost')
    return answer
  }

  async end(): Promise<void> {
    if (this.#socket.closed) return
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }
}

/** Signs in. True: let in; false: refused. */
export const signsInOverTcp = async ({ port, password }: Readonly<Record<string, unknown>>) => {
  const line = new Line(Number(port))
  try {
    return (await line.ask('HELLO', String(password))) === 'OK'
  } finally {
    await line.end()
  }
}

/**
 * `STAGE` takes a password, `COMMIT` puts it in force; what is staged, and the lock, are gone with the connection. `two`:
 * the password before goes on beside it.
 */
function answering(kind: MemoryKind, initial: string) {
  let passwords: readonly string[] = [initial]
  let holder: object | undefined
  return {
    connected() {
      const connection = {}
      let isIn = false
      let staged = ''
      return {
        answer([verb, word = '']: readonly string[]): string {
          if (verb === 'HELLO') isIn = passwords.includes(word)
          if (!isIn) return 'NO'
          if (verb === 'LOCK') {
            holder ??= connection
            return holder === connection ? 'OK' : 'BUSY'
          }
          if (verb === 'STAGE') staged = word
          if (verb === 'COMMIT') passwords = kind === 'two' ? [staged, passwords[0] ?? ''] : [staged]
          return 'OK'
        },
        left(): void {
          if (holder === connection) holder = undefined
        },
      }
    },
  }
}

let made = 0

/** A server of its own for each account. `framing`: `turns` where the kit shall not know the protocol. */
export async function freshTcp(kind: MemoryKind, framing: 'turns' | Framing = lines): Promise<FreshTarget> {
  made += 1
  const password = `initial-password-${made}`
  const account = answering(kind, password)
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    const { answer, left } = account.connected()
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      left()
    })
    onLines(socket, (line) => socket.write(`${answer(line.split(' ').map(decodeURIComponent))}\n`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const { port } = address
  return {
    secret: { engine: 'lines', port, username: 'app', password, note: 'kept' },
    wire: {
      upstream: { host: '127.0.0.1', port },
      framing,
      at: (secret, place) => ({ ...secret, port: place.port }),
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
