import * as z from 'zod'
import { ORIGIN_NAMES, placeholdersOf, RESERVED } from './template.ts'

/**
 * A profile: what Quarterturn knows of one kind of authorization server, as data. It names no host of its own accord: each
 * request goes to one of the origins, which are fields of the secret, and nothing of a profile ends up in front of a path.
 */

/** Text in which `{name}` stands for a field of the secret. */
const template = z.string().min(1).max(500)

/** Where in a JSON reply: names and positions, separated by dots. */
const Place = z.string().regex(/^[\w$@-]+(\.[\w$@-]+)*$/, 'is not a place in a reply such as `data.id`')

/** The forms in which a target writes a time. */
const TimeForm = z.enum(['iso', 'seconds'])

const Field = z
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
  /** Method and path, such as `GET /apps/{appId}`. What stands for a field is encoded as one part of a path or a query. */
  request: z
    .string()
    .max(500)
    .regex(
      /^(GET|POST|PUT|PATCH|DELETE) \/(?!\/)[\w{}.~/?=&$',():@-]*$/,
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
  /** A reply that says that nothing more may live, told from other refusals by the text at a place. Default: none. */
  full: z
    .strictObject({ status: z.int().min(400).max(499), at: Place, contains: z.string().min(3).max(100) })
    .optional(),
})

/** An access token of the client that makes the change, or what its secret has as `apiToken`. */
const Authorization = z.strictObject({
  scope: template.optional(),
  audience: template.optional(),
  /** The request for that token, where it is another than that of consumers. */
  request: z
    .string()
    .regex(/^POST \/(?!\/)[\w{}./-]*$/, 'is not `POST` and a path')
    .optional(),
  /** The scheme under which an `apiToken` is sent. Default: there are no such tokens. */
  apiToken: z
    .string()
    .regex(/^[A-Za-z]{2,20}$/)
    .optional(),
})

const Issued = z.strictObject({
  ...Call.shape,
  /** Left out: a credential is known by its value. */
  id: Place.optional(),
  secret: Place,
  expiresAt: Place.optional(),
  /** When the one that it replaces ends by itself. */
  oldExpiresAt: Place.optional(),
})

const Shape = z.strictObject({
  profile: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'is not a short name in small letters'),
  title: z.string().min(1).max(80),
  /** The pages that say so. */
  sources: z.array(z.url()).min(1),
  fields: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/, 'is not a name such as `appId`'), Field),
  /**
   * What becomes of the credential that is replaced: it lives until it is revoked, expires after `graceMs`, or dies at once.
   */
  strategy: z.enum(['overlapping', 'grace', 'in-place-minted']),
  /** How many credentials of one client may live at once. */
  livesAtOnce: z.int().min(1).max(1_000),
  /** How long the old one goes on, in milliseconds; in templates of the mint `{graceUntil}` is when it ends. */
  graceMs: z.int().min(60_000).max(2_592_000_000).optional(),
  /** Within this time a new credential may be refused here and there. Default: at once. */
  settlesWithinMs: z.int().min(0).max(600_000).default(0),
  longestLifeMs: z.int().min(60_000).optional(),
  times: TimeForm.default('iso'),
  /** Whether the secret has to say which credential at the target it holds. Default: it may leave that out. */
  needsSecretId: z.boolean().default(false),
  token: z.strictObject({
    /** The field with the origin. */
    origin: z.string(),
    request: z.string().regex(/^POST \/(?!\/)[\w{}./-]*$/, 'is not `POST` and a path'),
    authenticatesBy: z.enum(['basic', 'post']),
    scope: template.optional(),
    audience: template.optional(),
    /** The errors by which the target refuses a credential. Default: RFC 6749's, which is `invalid_client`. */
    rejectedBy: z
      .array(z.string().regex(/^[\w.-]{1,60}$/))
      .min(1)
      .default(['invalid_client']),
  }),
  api: z.strictObject({
    origin: z.string(),
    authorization: Authorization,
    /** What the one who changes needs there, in words, and how it is given. */
    permission: z.strictObject({ name: z.string().min(1).max(120), remedy: z.string().min(1).max(300) }),
  }),
  /** The client that the ids of the secret lead to. Without it each call names `{clientId}` itself. */
  owner: z.strictObject({ ...Call.shape, clientId: Place }).optional(),
  list: z.strictObject({
    ...Call.shape,
    /** The place of the array; left out: the reply is the array, or the only one. */
    items: Place.optional(),
    /** Where one more may stand, such as the one that expires. */
    also: Place.optional(),
    /** Left out: a credential is known by its value. */
    id: Place.optional(),
    /** Where our mark stands, at the beginning of the text. Left out: what is made carries none. */
    mark: Place.optional(),
    /** Where the value itself can be read. */
    secret: Place.optional(),
    createdAt: Place.optional(),
  }),
  mint: Issued,
  /** One after the other. A refusal counts as done where the list shows the credential no more. */
  revoke: z.array(Call).max(3).default([]),
})

export const Profile = Shape.superRefine((profile, context) => {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  for (const part of ORIGIN_NAMES) {
    const { origin } = profile[part]
    if (profile.fields[origin]?.isOrigin !== true) issue([part, 'origin'], 'is not a field with `isOrigin`')
  }
  for (const name of Object.keys(profile.fields))
    if (RESERVED.has(name)) issue(['fields', name], 'is a field that every profile has')
  for (const { path, text, extra } of textsOf(profile))
    for (const name of placeholdersOf(text)) {
      // An audience is an address for the server to compare, and goes to nowhere.
      if (profile.fields[name]?.isOrigin === true && path.at(-1) !== 'audience')
        issue(path, `has {${name}}, which is an origin`)
      else if (profile.fields[name] === undefined && !EVERYWHERE.includes(name) && !extra.includes(name))
        issue(path, `has {${name}}, which is no field`)
    }
  if (profile.owner === undefined)
    for (const { path, call } of callsOf(profile))
      if (!placeholdersOf(JSON.stringify([call.request, call.body ?? null])).includes('clientId'))
        issue(
          path,
          'names no {clientId}, and there is no `owner`: it could be another client than the one that was proven',
        )
  profile.revoke.forEach((call, at) => {
    if (!placeholdersOf(JSON.stringify([call.request, call.body ?? null])).includes('id'))
      issue(['revoke', at, 'request'], 'names no {id}')
  })
  for (const [name, message] of contradictionsIn(profile)) issue([name], message)
  if (
    profile.list.mark !== undefined &&
    !placeholdersOf(JSON.stringify(profile.mint.body ?? null)).includes('mark')
  )
    issue(['mint', 'body'], 'has no {mark}, and `list` looks for it')
})

/** What a strategy asks of the rest. */
function contradictionsIn({ strategy, livesAtOnce, graceMs, list, mint, revoke }: z.output<typeof Shape>) {
  const found: [keyof z.output<typeof Shape>, string][] = []
  if ((list.id === undefined) !== (mint.id === undefined))
    found.push(['mint', 'and `list` know credentials by different things'])
  if (list.id === undefined && list.secret === undefined)
    found.push(['list', 'shows neither an id nor a value'])
  if (strategy === 'overlapping' && (revoke.length === 0 || livesAtOnce < 2))
    found.push(['strategy', 'is `overlapping`, which needs `revoke`, and 2 or more in `livesAtOnce`'])
  if (strategy === 'overlapping' && list.mark === undefined) found.push(['list', 'shows no mark'])
  if (strategy !== 'overlapping' && revoke.length > 0) found.push(['revoke', 'is for `overlapping` alone'])
  if ((strategy === 'grace') !== (graceMs !== undefined))
    found.push(['graceMs', 'belongs to `grace`, and to nothing else'])
  return found
}

export type Profile = z.output<typeof Profile>
/** Whether a field of a profile says where requests go. */
export const isOrigin = (profile: Profile | undefined, name: string): boolean =>
  profile?.fields[name]?.isOrigin === true

export type ProfileInput = z.input<typeof Profile>
export type Call = z.output<typeof Call>
export type Field = z.output<typeof Field>

/** What stands for something in every text. */
const EVERYWHERE = ['clientId', 'scope', 'audience']

interface Text {
  readonly path: (string | number)[]
  readonly text: string
  /** Names that stand for something here beside fields. */
  readonly extra: readonly string[]
}

function textsOf(profile: z.output<typeof Shape>): Text[] {
  const calls = callsOf(profile).map(({ path, call, extra }) => ({
    path,
    text: JSON.stringify([call.request, call.body ?? null]),
    extra,
  }))
  const { token, api } = profile
  const others: [string[], string | undefined][] = [
    [['token', 'request'], token.request],
    [['token', 'scope'], token.scope],
    [['token', 'audience'], token.audience],
    ...(['scope', 'audience', 'request'] as const).map((name): [string[], string | undefined] => [
      ['api', 'authorization', name],
      api.authorization[name],
    ]),
  ]
  return [
    ...calls,
    ...others.flatMap(([path, text]) => (text === undefined ? [] : [{ path, text, extra: [] }])),
  ]
}

const callsOf = ({ owner, list, mint, revoke }: z.output<typeof Shape>) => [
  ...(owner === undefined ? [] : [{ path: ['owner', 'request'], call: owner, extra: [] }]),
  { path: ['list', 'request'], call: list, extra: [] },
  { path: ['mint', 'request'], call: mint, extra: ['mark', 'random', 'graceUntil'] },
  ...revoke.map((call, at) => ({ path: ['revoke', at, 'request'], call, extra: ['id'] })),
]

function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'u')
    return true
  } catch {
    return false
  }
}
