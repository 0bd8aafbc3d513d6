import * as z from 'zod'

/** What profiles of every kind are made of. */

/** Text in which `{name}` stands for a field of the secret. */
export const template = z.string().min(1).max(500)

/** Where in a JSON reply: names and positions, separated by dots. */
export const Place = z
  .string()
  .regex(/^[\w$@-]+(\.[\w$@-]+)*$/, 'is not a place in a reply such as `data.id`')

/** The forms in which a target writes a time. */
export const TimeForm = z.enum(['iso', 'seconds'])

export const Field = z
  .strictObject({
    /** What it is, for people. */
    about: z.string().min(1).max(200),
    /** An `https:` origin, such as `https://example.okta.com`. */
    isOrigin: z.boolean().default(false),
    /** Of an origin: the only ones. Default: any, as the secret says. */
    origins: z
      .array(z.url({ protocol: /^https$/ }))
      .min(1)
      .optional(),
    /** Of an origin: the host ends in one of these. Default: any. */
    hosts: z
      .array(z.string().regex(/^(\.[a-z0-9-]+){2,}$/, 'is not the end of a host, such as `.okta.com`'))
      .optional(),
    /** Of other text: a regular expression for the whole of it. */
    pattern: z.string().max(200).refine(isPattern, 'is not a regular expression').optional(),
    /** What holds where the secret says nothing. Without it the secret has to say. */
    default: z.string().min(1).max(200).optional(),
  })
  .refine(
    ({ isOrigin, pattern }) => isOrigin === (pattern === undefined),
    'needs `pattern`, or `isOrigin`, and not both',
  )
  .refine(
    ({ isOrigin, origins, hosts }) => isOrigin || (origins ?? hosts) === undefined,
    'is no origin, and has `origins` or `hosts`',
  )

export const Call = z.strictObject({
  /**
   * Method and path, such as `GET /apps/{appId}`. What stands for a field is encoded as one part of a path
   * or a query, and with a plus sign, as in `{+tokenPath}`, part by part.
   */
  request: z
    .string()
    .max(500)
    .regex(
      /^(GET|POST|PUT|PATCH|DELETE) \/(?!\/)[\w{}.~/?=&$',():@+-]*$/,
      'is not a method and a path, such as `GET /apps/{appId}`',
    ),
  /** Sent as JSON; templates may stand wherever text may. */
  body: z.json().optional(),
  /** Constant headers, such as the name of an operation. */
  headers: z
    .record(
      z
        .string()
        .regex(
          /^(x-[a-z0-9-]+|accept|content-type)$/,
          'may only be `accept`, `content-type` or begin with `x-`',
        ),
      z.string().regex(/^[\x20-\x7e]{1,200}$/),
    )
    .optional(),
})

/** The request for an access token. */
export const TokenRequest = z.string().regex(/^POST \/(?!\/)[\w{}.+/-]*$/, 'is not `POST` and a path')

/** Where and how tokens are issued. */
export const Token = z.strictObject({
  /** The field with the origin. */
  origin: z.string(),
  request: TokenRequest,
  authenticatesBy: z.enum(['basic', 'post']),
  scope: template.optional(),
  audience: template.optional(),
  /** The errors by which the target refuses a credential. Default: RFC 6749's, which is `invalid_client`. */
  rejectedBy: z
    .array(z.string().regex(/^[\w.-]{1,60}$/))
    .min(1)
    .default(['invalid_client']),
  /** Beginnings of `error_description` that come with one of those errors although the credential was right. Default: none. */
  barredBy: z.array(z.string().min(8).max(100)).max(10).default([]),
})

/** An access token of the client that makes the change, or what its secret has as `apiToken`. */
export const Authorization = z.strictObject({
  scope: template.optional(),
  audience: template.optional(),
  /** The request for that token, where it is another than that of consumers. */
  request: TokenRequest.optional(),
  /** The scheme under which an `apiToken` is sent. Default: there are no such tokens. */
  apiToken: z
    .string()
    .regex(/^[A-Za-z]{2,20}$/)
    .optional(),
})

/** What the one who changes needs there, in words, and how it is given. */
export const Permission = z.strictObject({
  name: z.string().min(1).max(120),
  remedy: z.string().min(1).max(300),
})

/** What every profile begins with. */
export const HEAD = {
  profile: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'is not a short name in small letters'),
  title: z.string().min(1).max(80),
  /** The pages that say so. */
  sources: z.array(z.url()).min(1),
  fields: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/, 'is not a name such as `appId`'), Field),
}

function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'u')
    return true
  } catch {
    return false
  }
}

export type Call = z.output<typeof Call>
export type Field = z.output<typeof Field>
