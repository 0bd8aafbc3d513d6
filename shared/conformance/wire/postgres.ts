import { type Framed, type Framing, FramingError, type Received } from './framing.ts'

/** What has to be remembered of a PostgreSQL connection to read on. */
export interface PostgresState {
  /** False until the client's startup message, which has no type byte. */
  readonly isStarted: boolean
  /** The request that the server answers with one byte. */
  readonly asked: 'tls' | 'gss' | undefined
}

type Next = Framed<PostgresState> | undefined

/**
 * PostgreSQL 3.x: a type byte and four bytes of length, which count themselves; no type in the client's first
 * message. The answer to SSLRequest is one byte.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export const postgresFraming: Framing<PostgresState> = {
  name: 'postgres',
  counts: 'messages',
  initial: { isStarted: false, asked: undefined },
  isRefusal: (name) => name === 'ErrorResponse 28P01',
  next(received) {
    const { state, from } = received
    if (from === 'client') return state.isStarted ? typed(received, CLIENT) : opening(received)
    return state.asked === undefined ? typed(received, SERVER) : answer(received)
  },
}

const MAX_BYTES = 64 * 1024 * 1024

function lengthAt(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + 4) return undefined
  const length = bytes.readUInt32BE(at)
  if (length < 4 || length > MAX_BYTES) throw new FramingError('a PostgreSQL message of impossible length')
  return length
}

/** Those that begin a connection are told apart by a code where the startup message has its version. */
const OPENINGS: Readonly<Record<number, { readonly name: string; readonly asks?: 'tls' | 'gss' }>> = {
  80877102: { name: 'CancelRequest' },
  80877103: { name: 'SSLRequest', asks: 'tls' },
  80877104: { name: 'GSSENCRequest', asks: 'gss' },
}

function opening({ bytes }: Received<PostgresState>): Next {
  const length = lengthAt(bytes, 0)
  if (length === undefined || bytes.length < length) return undefined
  if (length < 8) throw new FramingError('a PostgreSQL startup message of impossible length')
  const { name, asks } = OPENINGS[bytes.readUInt32BE(4)] ?? { name: 'StartupMessage' }
  return { name, length, isPoint: true, state: { isStarted: asks === undefined, asked: asks } }
}

function answer(received: Received<PostgresState>): Next {
  const { state, bytes } = received
  const state_ = { ...state, asked: undefined }
  switch (bytes.toString('latin1', 0, 1)) {
    case 'S':
      if (state.asked !== 'tls') break
      return { name: 'answer S', length: 1, isPoint: true, state: state_, startsTls: true }
    case 'N':
      return { name: 'answer N', length: 1, isPoint: true, state: state_ }
    case 'E':
      return typed({ ...received, state: state_ }, SERVER)
  }
  throw new FramingError('an answer to SSLRequest or GSSENCRequest that the kit cannot follow')
}

type Namer = (body: Buffer) => string

function typed({ state, bytes }: Received<PostgresState>, names: Readonly<Record<string, Namer>>): Next {
  const length = lengthAt(bytes, 1)
  if (length === undefined || bytes.length < length + 1) return undefined
  const type = bytes.toString('latin1', 0, 1)
  const name = names[type]?.(bytes.subarray(5, length + 1)) ?? `message ${JSON.stringify(type)}`
  return { name, length: length + 1, state, isPoint: names !== CLIENT || type !== GOODBYE }
}

/** Terminate: the client sends it and closes, so whether it passes first is a matter of luck. */
const GOODBYE = 'X'

const always =
  (name: string): Namer =>
  () =>
    name

/** The first word of a statement; the rest may hold a password. */
const verb = (text: string): string => /^\s*([A-Za-z]{1,20})/.exec(text)?.[1]?.toUpperCase() ?? 'statement'

const stringAt = (body: Buffer, from: number): string => {
  const end = body.indexOf(0, from)
  return body.toString('latin1', from, end === -1 ? body.length : end)
}

const CLIENT: Readonly<Record<string, Namer>> = {
  Q: (body) => `Query ${verb(stringAt(body, 0))}`,
  P: (body) => `Parse ${verb(stringAt(body, body.indexOf(0) + 1))}`,
  B: always('Bind'),
  C: always('Close'),
  D: always('Describe'),
  E: always('Execute'),
  F: always('FunctionCall'),
  H: always('Flush'),
  S: always('Sync'),
  X: always('Terminate'),
  d: always('CopyData'),
  c: always('CopyDone'),
  f: always('CopyFail'),
  p: always('PasswordMessage'),
}

const AUTHENTICATION: Readonly<Record<number, string>> = {
  0: 'Ok',
  3: 'CleartextPassword',
  5: 'MD5Password',
  10: 'SASL',
  11: 'SASLContinue',
  12: 'SASLFinal',
}

/** The SQLSTATE, which says what was refused; the text beside it may repeat what was sent. */
const failure =
  (name: string): Namer =>
  (body) =>
    `${name} ${/(?:^|\0)C([0-9A-Z]{5})\0/.exec(body.toString('latin1'))?.[1] ?? 'without SQLSTATE'}`

const SERVER: Readonly<Record<string, Namer>> = {
  R: (body) =>
    `Authentication${body.length < 4 ? '' : (AUTHENTICATION[body.readUInt32BE(0)] ?? ` ${body.readUInt32BE(0)}`)}`,
  K: always('BackendKeyData'),
  S: (body) => `ParameterStatus ${/^\w{1,40}/.exec(stringAt(body, 0))?.[0] ?? ''}`,
  Z: always('ReadyForQuery'),
  T: always('RowDescription'),
  D: always('DataRow'),
  C: (body) => `CommandComplete ${/^[A-Z ]{1,40}/.exec(stringAt(body, 0))?.[0].trim() ?? ''}`,
  E: failure('ErrorResponse'),
  N: failure('NoticeResponse'),
  A: always('NotificationResponse'),
  I: always('EmptyQueryResponse'),
  '1': always('ParseComplete'),
  '2': always('BindComplete'),
  '3': always('CloseComplete'),
  n: always('NoData'),
  s: always('PortalSuspended'),
  t: always('ParameterDescription'),
  v: always('NegotiateProtocolVersion'),
}
