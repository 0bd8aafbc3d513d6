import * as z from 'zod'
import { text } from '../database/fields.ts'
import { isHost, isLoopbackHost } from '../network/host.ts'

export interface Allowances {
  /** Whether an address may be `http://` for this machine itself. For tests. Default: false, clear text is always refused. */
  readonly allowClearTextLoopback?: boolean
}

/** The origin of an address that has nothing but scheme, host and port; a slash at its end is taken. */
function originOf(address: string, allowClearTextLoopback: boolean): string | undefined {
  const url = URL.parse(address)
  if (url === null || (address.toLowerCase() !== url.origin && address.toLowerCase() !== `${url.origin}/`))
    return undefined
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const mayBeClear = allowClearTextLoopback && isLoopbackHost(host)
  return isHost(host) && (url.protocol === 'https:' || (url.protocol === 'http:' && mayBeClear))
    ? url.origin
    : undefined
}

/** Where a credential is sent: an address without user, path, query or fragment, since those would go along. */
export const origin = (field: string, { allowClearTextLoopback = false }: Allowances = {}, like?: string) =>
  text(field).transform((value, context) => {
    const found = originOf(value, allowClearTextLoopback)
    if (found !== undefined) return found
    context.addIssue({
      code: 'custom',
      message: `\`${field}\` is not an address like \`${like ?? 'https://api.example.com'}\`; give scheme, host and port alone`,
    })
    return z.NEVER
  })
