/** What no second account shall have, or cannot have alike. */
import type { Check } from '../../../shared/provider/index.ts'
import { named } from '../account.ts'
import { KNOWN_PLUGINS } from '../mysql/view.ts'
import type { Server } from '../server.ts'
import type { Stored } from './holder.ts'
import type { Standing } from './standing.ts'

type Missing = Check['missing'][number]

/** Privileges that reach beyond every other: SUPER, and on MySQL SYSTEM_USER, which other admins may not touch. */
const POWERS = ['SUPER', 'SYSTEM_USER']

export const isMighty = ({ rights }: Stored): boolean =>
  rights.some(({ object, privilege }) => object === '*.*' && privilege === 'SUPER')

export const unfitness = ({ owner, clone }: Standing, server: Server): readonly Missing[] =>
  [owner, clone].flatMap((one) => (one === undefined ? [] : unfit(one, server)))

function unfit({ account, rights, plugins, odd }: Stored, { isMariaDb }: Server): readonly Missing[] {
  const who = named(account)
  const single = 'use the strategy `dual-password` or `single-user`'
  const powers = rights
    .filter(
      ({ object, privilege, isOption }) =>
        object === '*.*' && POWERS.includes(privilege) && isOption !== true,
    )
    .map(({ privilege }) => privilege)
  const proxies = rights.filter(({ kind, isOption }) => kind === 'proxy' && isOption === true)
  const strange = plugins.filter((plugin) =>
    isMariaDb ? plugin.toLowerCase() !== 'mysql_native_password' : !KNOWN_PLUGINS.includes(plugin),
  )
  return [
    ...(powers.length === 0
      ? []
      : [
          {
            privilege: `${who} has ${powers.join(' and ')}, which no second account shall have`,
            remedy: `${single}, or take it away: REVOKE ${powers.join(', ')} ON *.* FROM ${who};`,
          },
        ]),
    ...proxies.map(({ object }) => ({
      privilege: `${who} has PROXY on ${object} with GRANT OPTION, which the server lets nobody copy without giving GRANT OPTION on *.*`,
      remedy: `${single}, or take it away: REVOKE PROXY ON ${object} FROM ${who};`,
    })),
    ...(strange.length === 0
      ? []
      : [
          {
            privilege: `${who} signs in by ${strange.join(' and ')}, which two accounts cannot have in turn, or which is not known here`,
            remedy: `${single}, or let it sign in by a password of the server alone: ALTER USER ${who} IDENTIFIED ${isMariaDb ? "VIA mysql_native_password USING PASSWORD('…')" : "WITH caching_sha2_password BY '…'"};`,
          },
        ]),
    ...odd.map((what) => ({ privilege: `${who} ${what}`, remedy: single })),
  ]
}
