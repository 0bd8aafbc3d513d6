import { type Framed, type Framing, FramingError, type Received, type Side } from './framing.ts'

/** What a side sends next. `of` names the head it belongs to. */
type Part = { readonly kind: 'head' } | Body

type Body =
  | { readonly kind: 'body'; readonly of: string; readonly bytes: number }
  | { readonly kind: 'chunked body'; readonly of: string }
  | { readonly kind: 'body until the end'; readonly of: string }

export interface HttpState {
  readonly client: Part
  readonly server: Part
  /** Methods of the requests that are not answered yet, the oldest first: an answer to HEAD has no body. */
  readonly open: readonly string[]
}

type Next = Framed<HttpState> | undefined

const HEAD: Part = { kind: 'head' }
const MAX_HEAD_BYTES = 64 * 1024

/**
 * HTTP/1.1: a head is one message and a body, whole, is another, so that a cut between the two is a point. Requests
 * after a switch of protocols are not followed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export const httpFraming: Framing<HttpState> = {
  name: 'http',
  counts: 'messages',
  initial: { client: HEAD, server: HEAD, open: [] },
  isRefusal: (name) => name === '401 head',
  next(received) {
    const part = received.state[received.from]
    return part.kind === 'head' ? head(received) : body(received, part)
  },
}

function head({ state, from, bytes }: Received<HttpState>): Next {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) {
    if (bytes.length > MAX_HEAD_BYTES) throw new FramingError('an HTTP head of impossible length')
    return undefined
  }
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const fields = fieldsOf(lines)
  const length = end + 4
  return from === 'client'
    ? requestHead(state, first, fields, length)
    : responseHead(state, first, fields, length)
}

type Fields = (name: string) => string | undefined

/** Answers the last field of a name, which need not be written in one way. */
function fieldsOf(lines: readonly string[]): Fields {
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      if (colon === -1) throw new FramingError('an HTTP field without a colon')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return (name) => fields.get(name)
}

function requestHead(state: HttpState, line: string, fields: Fields, length: number): Next {
  const method = /^([A-Z]{1,20}) \S+ HTTP\/1\.[01]$/.exec(line)?.[1]
  if (method === undefined) throw new FramingError('no HTTP/1.1 request line')
  const client = delimited(fields, method) ?? HEAD
  return {
    name: `${method} head`,
    length,
    isPoint: true,
    state: { ...state, client, open: [...state.open, method] },
  }
}

function responseHead(state: HttpState, line: string, fields: Fields, length: number): Next {
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(line)?.[1]
  if (status === undefined) throw new FramingError('no HTTP/1.1 status line')
  const [method, ...open] = state.open
  if (method === undefined) throw new FramingError('an HTTP response to no request')
  if (status === '101' || (method === 'CONNECT' && status.startsWith('2')))
    throw new FramingError('an HTTP connection that switches to another protocol')
  const message = { name: `${status} head`, length, isPoint: true }
  // The real answer follows.
  if (status.startsWith('1')) return { ...message, state }
  const hasNone = method === 'HEAD' || status === '204' || status === '304'
  const server: Part = hasNone
    ? HEAD
    : (delimited(fields, status) ?? { kind: 'body until the end', of: status })
  return { ...message, state: { ...state, server, open } }
}

/** The body that the fields announce; nothing where they announce none. */
function delimited(fields: Fields, of: string): Part | undefined {
  const coding = fields('transfer-encoding')
  if (coding !== undefined) {
    if (!/(?:^|,\s*)chunked$/i.test(coding))
      throw new FramingError('an HTTP transfer coding other than chunked')
    return { kind: 'chunked body', of }
  }
  const announced = fields('content-length')
  if (announced === undefined) return undefined
  if (!/^\d{1,9}$/.test(announced)) throw new FramingError('an HTTP body of impossible length')
  return announced === '0' ? HEAD : { kind: 'body', of, bytes: Number(announced) }
}

function body({ state, from, bytes, hasEnded }: Received<HttpState>, part: Body): Next {
  const length = bodyLength(part, bytes, hasEnded)
  if (length === undefined) return undefined
  return { name: `${part.of} body`, length, isPoint: true, state: nextHead(state, from) }
}

const nextHead = (state: HttpState, from: Side): HttpState => ({ ...state, [from]: HEAD })

function bodyLength(part: Body, bytes: Buffer, hasEnded: boolean): number | undefined {
  switch (part.kind) {
    case 'body':
      return bytes.length < part.bytes ? undefined : part.bytes
    case 'chunked body':
      return chunkedLength(bytes)
    case 'body until the end':
      return hasEnded ? bytes.length : undefined
  }
}

/** Bytes of all chunks with the trailers behind them. https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function chunkedLength(bytes: Buffer): number | undefined {
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = /^([0-9a-f]{1,7})(?:[ \t;].*)?$/i.exec(bytes.toString('latin1', at, lineEnd))?.[1]
    if (size === undefined) throw new FramingError('an HTTP chunk of impossible length')
    const length = Number.parseInt(size, 16)
    if (length === 0) return trailersEnd(bytes, lineEnd + 2)
    at = lineEnd + 2 + length + 2
    if (at > bytes.length) return undefined
  }
}

function trailersEnd(bytes: Buffer, from: number): number | undefined {
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    if (lineEnd === at) return lineEnd + 2
    at = lineEnd + 2
  }
}
