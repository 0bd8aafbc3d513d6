import { BlockList, isIP } from 'node:net'
import { isHost } from './host.ts'

/** Hosts that an account's secrets may name, besides what RDS of that account says is its own. */
export type HostRule =
  | { readonly kind: 'host'; readonly host: string }
  /** With the dot in front: names below it. */
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'range'; readonly range: BlockList }

/** By account. */
export type HostList = ReadonlyMap<string, readonly HostRule[]>

/** Names that stand for the servers of every customer of AWS. */
const SHARED_BY_ALL = /^\.?(([a-z0-9-]+\.)?rds\.)?amazonaws\.com(\.cn)?$/

/**
 * Reads `444455556666=.db.example.com 10.20.0.0/16`: an account and its hosts, each a name, a suffix that begins with a
 * dot, an address or a range of addresses. Undefined for anything else, and for a suffix that strangers have hosts below.
 */
export function hostEntryOf(
  text: string,
): readonly [account: string, rules: readonly HostRule[]] | undefined {
  const { account, hosts } = /^(?<account>\d{12})\s*=(?<hosts>.+)$/.exec(text)?.groups ?? {}
  if (account === undefined || hosts === undefined) return undefined
  const rules = hosts.trim().split(/\s+/).map(ruleOf)
  return rules.every((rule) => rule !== undefined) ? [account, rules] : undefined
}

function ruleOf(text: string): HostRule | undefined {
  const lower = text.toLowerCase()
  if (lower.includes('/')) return rangeOf(lower)
  if (SHARED_BY_ALL.test(lower)) return undefined
  if (lower.startsWith('.'))
    return isHost(lower.slice(1)) && isIP(lower.slice(1)) === 0 && lower.lastIndexOf('.') > 0
      ? { kind: 'suffix', suffix: lower }
      : undefined
  return isHost(lower) ? { kind: 'host', host: lower } : undefined
}

function rangeOf(text: string): HostRule | undefined {
  const { address = '', bits = '' } = /^(?<address>[^/]+)\/(?<bits>\d{1,3})$/.exec(text)?.groups ?? {}
  const family = isIP(address)
  const prefix = Number(bits)
  // A range that holds half of all addresses or more is no list.
  if (family === 0 || prefix < 2 || prefix > (family === 4 ? 32 : 128)) return undefined
  const range = new BlockList()
  range.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  return { kind: 'range', range }
}

/** Whether a rule names this host, so that whatever address it has is meant. */
export const isNamed = (rules: readonly HostRule[], host: string): boolean =>
  rules.some(
    (rule) =>
      (rule.kind === 'host' && rule.host === host) ||
      (rule.kind === 'suffix' && isIP(host) === 0 && host.endsWith(rule.suffix)),
  )

export const isInRange = (rules: readonly HostRule[], address: string): boolean =>
  rules.some((rule) => rule.kind === 'range' && contains(rule.range, address))

export const contains = (range: BlockList, address: string): boolean =>
  isIP(address) !== 0 && range.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
