/**
 * The wire between a provider and its target: a proxy that counts the messages of a protocol and can cut or hold any
 * of them.
 */

export { framingOf, type Place, type WireAccess } from './access.ts'
export { type Counted, Coverage } from './cover.ts'
export { type Framed, type Framing, FramingError, type Received, type Side } from './framing.ts'
export { type HttpState, httpFraming } from './http.ts'
export { createWireIdentity, type WireIdentity } from './identity.ts'
export { type MysqlState, mysqlFraming } from './mysql.ts'
export {
  cutBefore,
  type Ending,
  holdFirst,
  type Point,
  pointName,
  pointOf,
  type Rule,
  type Ruling,
} from './point.ts'
export { type PostgresState, postgresFraming } from './postgres.ts'
export { startWireProxy, type WireProxy, type WireProxyOptions } from './proxy.ts'
export { turns } from './turns.ts'
export type { Upstream } from './upstream.ts'
