import * as z from 'zod'
import { flag, itemsOf, option, readBy, textOrFile } from './config-kinds.ts'
import { type HostRule, hostEntryOf } from './network/host-list.ts'

const ACCOUNT = /^\d{12}$/
const REGION = /^[a-z]{2,4}(-[a-z]{2,10}){1,2}-\d{1,2}$/

const eachIs = (pattern: RegExp) => (text: string) => {
  const items = itemsOf(text)
  return items.length > 0 && items.every((item) => pattern.test(item)) ? [...new Set(items)] : undefined
}

const accountList = readBy(eachIs(ACCOUNT), 'must be account numbers of 12 digits')

/** Several entries of one account count together. */
const hostList = readBy((text) => {
  const list = new Map<string, readonly HostRule[]>()
  for (const item of itemsOf(text)) {
    const entry = hostEntryOf(item)
    if (entry === undefined) return undefined
    const [account, rules] = entry
    list.set(account, [...(list.get(account) ?? []), ...rules])
  }
  return list.size > 0 ? list : undefined
}, 'must be entries such as 444455556666=.db.example.com 10.20.0.0/16, and no suffix of AWS itself')

/** How a function reaches into other accounts, and what it may reach. */
export const hubOptions = {
  QUARTERTURN_ACCOUNTS: option(textOrFile.pipe(accountList).optional(), {
    description:
      "The accounts whose secrets this function rotates besides those of its own. A secret of any other is refused before any call. Their secrets, and RDS there, are reached by a role of theirs, and a secret's host must be its account's own, as RDS there says or QUARTERTURN_HOSTS.",
    values:
      'account numbers, separated by commas or line breaks, or the absolute path of a file with them in the package or a layer',
    default: 'none',
  }),
  QUARTERTURN_TARGET_ROLE: option(
    z
      .string()
      .regex(/^([\w+=,.@-]{1,100}\/){0,4}[\w+=,.@-]{1,64}$/, 'must be the name of a role, with its path')
      .optional(),
    {
      description:
        'The name of the role that is assumed in each of QUARTERTURN_ACCOUNTS, the same in all. No secret, tag or event has a say in it.',
      values:
        'name of a role, such as `quarterturn-target`, after its path where it has one: `team/quarterturn-target`',
      default: 'none',
    },
  ),
  QUARTERTURN_EXTERNAL_ID: option(
    z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 letters, digits and any of + = , . @ : / _ -')
      .optional(),
    {
      description: 'The external id that the trust of those roles asks for.',
      values: '2 to 1224 letters, digits and any of `+=,.@:/_-`',
      default: 'none',
    },
  ),
  QUARTERTURN_REGIONS: option(readBy(eachIs(REGION), 'must be Regions such as eu-west-1').optional(), {
    description: 'The Regions whose secrets this function rotates besides those of its own.',
    values: 'Regions of the same partition, separated by commas',
    default: 'none',
  }),
  QUARTERTURN_HOSTS: option(textOrFile.pipe(hostList).optional(), {
    description:
      'Hosts that the secrets of an account may name besides the endpoints that RDS of that account says are its own: names, suffixes that begin with a dot, addresses, ranges of addresses. A proxy of RDS, a custom endpoint of Aurora and every API outside of AWS has to be listed. Without QUARTERTURN_ACCOUNTS and QUARTERTURN_HOSTS every host is taken. With either, loopback, link-local and metadata addresses are refused whatever name leads to them.',
    values:
      'entries such as `444455556666=.db.example.com 10.20.0.0/16`, separated by commas or line breaks, or the absolute path of a file with them',
    default: 'none',
  }),
  QUARTERTURN_ALLOW_LOOPBACK_TARGETS: option(flag.default(false), {
    description: 'Lets a host that QUARTERTURN_HOSTS names be a loopback address, for tests.',
    values: '`true`, `false`',
    default: '`false`',
  }),
  QUARTERTURN_STOP: option(
    readBy(
      (text) => (text.trim() === 'all' ? ('all' as const) : eachIs(ACCOUNT)(text)),
      'must be all, or account numbers of 12 digits',
    ).optional(),
    {
      description:
        'The accounts in which no new rotation and no retirement is begun. A rotation that has stored its value comes to its end: stopped halfway, it could leave a secret that does not sign in.',
      values: '`all`, or account numbers, separated by commas',
      default: 'none',
    },
  ),
}
