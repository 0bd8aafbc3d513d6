import { type Framed, type Framing, FramingError, type Received } from './framing.ts'

/** What has to be remembered of a MySQL or MariaDB connection to read on. */
export interface MysqlState {
  /** Whether the next message from this side begins something: the greeting, the answer to it, or a command. */
  readonly phase: 'greeting' | 'answer' | 'sign-in' | 'command'
}

type Next = Framed<MysqlState> | undefined

/**
 * The messages of MySQL and MariaDB: three bytes of length, one that counts, the rest.
 *
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
 */
export const mysqlFraming: Framing<MysqlState> = {
  name: 'mysql',
  counts: 'messages',
  initial: { phase: 'greeting' },
  isRefusal: (name) => name === 'Error 1045' || name === 'Error 1698',
  next: ({ state, from, bytes }: Received<MysqlState>): Next => {
    if (bytes.length < 4) return undefined
    const size = bytes.readUIntLE(0, 3)
    // A message that fills this is only the first part of one; nothing that a provider does is so long.
    if (size === 0xffffff) throw new FramingError('a MySQL message of 16 MB')
    const length = size + 4
    if (bytes.length < length) return undefined
    const body = bytes.subarray(4, length)
    return from === 'server' ? ofServer(state, body, length) : ofClient(state, body, length)
  },
}

function ofServer(state: MysqlState, body: Buffer, length: number): Framed<MysqlState> {
  const isGreeting = state.phase === 'greeting'
  const isIn = state.phase === 'sign-in' && body[0] === 0
  return {
    name: isGreeting && body[0] !== 0xff ? 'Greeting' : nameOf(body, state.phase),
    length,
    state: { phase: isGreeting ? 'answer' : isIn ? 'command' : state.phase },
    isPoint: true,
  }
}

/** CLIENT_SSL among the capabilities that the client answers the greeting with. */
const SSL = 0x0800
/** The length of that answer when nothing but the request for TLS is in it. */
const SSL_REQUEST = 32

function ofClient(state: MysqlState, body: Buffer, length: number): Framed<MysqlState> {
  if (state.phase === 'answer' && body.length === SSL_REQUEST && (body.readUInt16LE(0) & SSL) !== 0)
    return { name: 'SSLRequest', length, state, isPoint: true, startsTls: true }
  if (state.phase === 'answer')
    return { name: 'HandshakeResponse', length, state: { phase: 'sign-in' }, isPoint: true }
  if (state.phase === 'sign-in') return { name: 'AuthResponse', length, state, isPoint: true }
  const command = COMMANDS[body[0] ?? -1] ?? `command ${body[0]}`
  // It races with the other end's goodbye.
  const isGoodbye = body[0] === QUIT
  return { name: isQuery(body) ? `Query ${verb(body)}` : command, length, state, isPoint: !isGoodbye }
}

const QUIT = 1
const isQuery = (body: Buffer): boolean => body[0] === 3

/** The first words of a statement; the rest may hold a password. */
const verb = (body: Buffer): string =>
  /^\s*([A-Za-z]{1,20}(?: USER| ROLE| PASSWORD)?)/.exec(body.toString('latin1', 1, 60))?.[1]?.toUpperCase() ??
  'statement'

const COMMANDS: Readonly<Record<number, string>> = {
  1: 'Quit',
  2: 'InitDb',
  14: 'Ping',
  17: 'ChangeUser',
  22: 'StatementPrepare',
  23: 'StatementExecute',
  25: 'StatementClose',
}

/** The number of an error says what was refused; the text beside it may repeat what was sent. */
function nameOf(body: Buffer, phase: MysqlState['phase']): string {
  switch (body[0]) {
    case 0xff:
      return `Error ${body.length < 3 ? 'without number' : body.readUInt16LE(1)}`
    case 0:
      return 'Ok'
    case 1:
      return phase === 'sign-in' ? 'AuthMoreData' : 'Row or columns'
    case 0xfe:
      return phase === 'sign-in' ? 'AuthSwitchRequest' : 'End'
    default:
      return 'Row or columns'
  }
}
