import { isIP, isIPv4, isIPv6 } from 'node:net'

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/

/**
 * Whether the text is exactly one host name or IP address, in lower case. Socket paths, URLs, lists, ports and
 * the short and hexadecimal spellings of IPv4 (`127.1`, `0x7f000001`) are not: a resolver would take the last for
 * an address that no check of ours has seen.
 */
export function isHost(host: string): boolean {
  if (isIPv4(host)) return true
  if (isIPv6(host)) return !host.includes('%')
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  return host.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^(\d+|0x[0-9a-f]*)$/.test(last)
}

/** Whether the host names this machine, by its spelling. What it resolves to is looked at again when connected. */
export const isLoopbackHost = (host: string): boolean => host === 'localhost' || isLoopbackAddress(host)

/** Whether the address is of this machine: 127.0.0.0/8, ::1, or the first mapped into IPv6. */
export function isLoopbackAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  return address === '::1' || /^(::ffff:)?127\./i.test(address)
}
