import { createHash } from 'node:crypto'
import * as z from 'zod'
import { text } from '../../shared/database/fields.ts'
import { type Allowances, origin } from '../../shared/http/index.ts'
import { isLoopbackHost } from '../../shared/network/host.ts'
import type { Field, Profile } from './profile/schema.ts'

/**
 * A secret of this provider, by the profile that it names. Keys that are not named here are kept. Each issue names the field
 * and what to do, and repeats no value. Origins are the only places that anything is sent to.
 */
export const createOauthSchema = (
  profiles: ReadonlyMap<string, Profile>,
  { allowClearTextLoopback = false }: Allowances = {},
) =>
  z
    .looseObject({
      engine: z.literal('oauth', { error: '`engine` is not `oauth`; set it' }),
      profile: z.enum([...profiles.keys()], {
        error: `\`profile\` is none of ${[...profiles.keys()].sort().join(', ')}; set it to what issues the credential`,
      }),
      clientId: printable('clientId'),
      clientSecret: printable('clientSecret'),
      secretId: id().optional(),
      scope: printable('scope').optional(),
      audience: printable('audience').optional(),
      apiToken: printable('apiToken').optional(),
      adminSecretArn: text('adminSecretArn').optional(),
      masterarn: text('masterarn').optional(),
    })
    .transform((secret, context) => {
      const profile = profiles.get(secret.profile)
      if (profile === undefined) return z.NEVER
      const issue = (name: string, message: string) =>
        context.addIssue({ code: 'custom', path: [name], message })
      if (profile.needsSecretId && secret.secretId === undefined)
        issue('secretId', '`secretId` is missing; add the id that the target shows beside the credential')
      const fields: Record<string, string> = {}
      for (const [name, field] of Object.entries(profile.fields)) {
        const value = valueIn(name, field, secret[name] ?? field.default, allowClearTextLoopback)
        if (typeof value === 'string') fields[name] = value
        else issue(name, value.issue)
      }
      const { token, api } = profile
      const [to, by] = [fields[token.origin], fields[api.origin]]
      // Else a secret could have its credential "proven" by one host and a new one issued by another.
      if ((isFree(profile, token.origin) || isFree(profile, api.origin)) && hostOf(to) !== hostOf(by))
        issue(
          api.origin,
          `\`${api.origin}\` and \`${token.origin}\` are of two hosts; give those of one server`,
        )
      const place: Place = { profile, fields, tokenOrigin: to ?? '', apiOrigin: by ?? '' }
      // Not enumerable: a copy of the secret is what is stored, and nothing else.
      return Object.defineProperty(secret, PLACE, { value: place }) as typeof secret & {
        readonly [PLACE]: Place
      }
    })

export type OauthSchema = ReturnType<typeof createOauthSchema>
export type OauthSecret = z.output<OauthSchema>

/** What was understood of a secret beside its keys, under a name that no key of a customer can have. */
export const PLACE: unique symbol = Symbol('place')

export interface Place {
  readonly profile: Profile
  /** The fields of the profile, with their defaults. */
  readonly fields: Readonly<Record<string, string>>
  readonly tokenOrigin: string
  readonly apiOrigin: string
}

/** Nothing that a header could not carry, or that a log would break at. */
const printable = (field: string) =>
  text(field)
    .max(8_192, { error: `\`${field}\` is over 8,192 characters; correct it` })
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
      error: `\`${field}\` has a control character; correct it`,
    })

/** An id as targets give it: it is sent in a path or a body, and never trusted to be more. */
const ID = /^[\w.~:+=@-]{1,200}$/
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

/** What a credential is known by where its target gives none an id: part of a hash, from which nobody finds the value. */
export const idOfValue = (value: string): string =>
  createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 16)

const id = () =>
  text('secretId').regex(ID, {
    error: '`secretId` is not an id of a credential; store the one that the target shows beside it',
  })

/** Whether the secret chooses, if only among the tenants of one vendor. */
const isFree = (profile: Profile, name: string): boolean => profile.fields[name]?.origins === undefined

const hostOf = (origin: string | undefined): string | undefined =>
  origin === undefined ? undefined : URL.parse(origin)?.hostname

function valueIn(
  name: string,
  field: Field,
  value: unknown,
  allowLoopback: boolean,
): string | { readonly issue: string } {
  if (value === undefined) return { issue: `\`${name}\` is missing; add it: ${field.about}` }
  if (typeof value !== 'string') return { issue: `\`${name}\` is not a string; make it one` }
  if (field.isOrigin) return originIn(name, field, value, allowLoopback)
  const isRight =
    value.length <= 256 && new RegExp(`^(?:${field.pattern})$`, 'u').test(value) && !/\p{Cc}/u.test(value)
  return isRight ? value : { issue: `\`${name}\` is not of its form; correct it: ${field.about}` }
}

function originIn(
  name: string,
  { origins, hosts }: Field,
  value: string,
  allowClearTextLoopback: boolean,
): string | { readonly issue: string } {
  const read = origin(
    name,
    { allowClearTextLoopback },
    origins?.[0] ?? 'https://login.example.com',
  ).safeParse(value)
  if (!read.success) return { issue: read.error.issues[0]?.message ?? `\`${name}\` is no address` }
  const host = new URL(read.data).hostname.replace(/^\[(.*)\]$/, '$1')
  if (allowClearTextLoopback && isLoopbackHost(host)) return read.data
  if (origins !== undefined && !origins.some((one) => new URL(one).origin === read.data))
    return { issue: `\`${name}\` is none of ${origins.join(', ')}; correct it, or leave it out` }
  if (hosts !== undefined && !hosts.some((end) => host.endsWith(end)))
    return { issue: `\`${name}\` does not end in ${hosts.join(' or ')}; correct it` }
  return read.data
}
