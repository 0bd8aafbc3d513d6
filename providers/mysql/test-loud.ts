/**
 * What the conformance kit tries in a process of its own, which has every debug switch on from its start. The server is that
 * of the process that started it: the URL of this module says which, and whose rights are used.
 */
import type { LoudModule } from '../../shared/conformance/index.ts'
import type { MysqlKind } from '../../test/servers/mysql/binaries.ts'
import type { MysqlServer } from '../../test/servers/mysql/server.ts'
import { createSqlAccess } from '../../test/servers/mysql/sql.ts'
import { createMysql } from './index.ts'
import { freshAccount, type Rights } from './test-conformance.ts'
import { signsIn } from './test-target.ts'

interface Place {
  readonly kind: MysqlKind
  readonly rights: Rights
  readonly port: number
  readonly ca: string
  readonly password: string
}

/** The module for a server that runs. */
export function loudAt({ kind, port, ca, password }: MysqlServer, rights: Rights): URL {
  const url = new URL(import.meta.url)
  const place: Place = { kind, rights, port, ca, password }
  url.searchParams.set('place', JSON.stringify(place))
  return url
}

const conformance: LoudModule['default'] = async () => {
  const { kind, rights, port, ca, password } = JSON.parse(
    new URL(import.meta.url).searchParams.get('place') ?? '',
  ) as Place
  const { sql, forget } = createSqlAccess({ port: () => port, ca, password })
  const host = 'localhost'
  const server = { kind, host, port, ca, sql, log: async () => '', generalLog: async () => '' } as const
  return {
    options: {
      provider: createMysql({ ca }),
      freshTarget: () => freshAccount(server, { rights }),
      signIn: ({ username, password: tried }) => signsIn(server, String(username), String(tried)),
    },
    close: async () => forget(),
  }
}
export default conformance
