import * as z from 'zod'
import { flawsOf, type Text, tokenTexts } from './checks.ts'
import { Authorization, Call, HEAD, Permission, Place, TimeForm, Token } from './parts.ts'
import { placeholdersOf } from './template.ts'

/** Clients whose secrets a management API issues to whoever may, and lists. */

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
  kind: z.literal('managed').default('managed'),
  ...HEAD,
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
  token: Token,
  api: z.strictObject({
    origin: z.string(),
    authorization: Authorization,
    permission: Permission,
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

export const ManagedProfile = Shape.superRefine((profile, context) => {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  const places = { token: profile.token.origin, api: profile.api.origin }
  for (const { path, message } of flawsOf(profile.fields, places, textsOf(profile))) issue(path, message)
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

export type ManagedProfile = z.output<typeof ManagedProfile>

function textsOf(profile: z.output<typeof Shape>): Text[] {
  const calls = callsOf(profile).map(({ path, call, extra }) => ({
    path,
    text: JSON.stringify([call.request, call.body ?? null]),
    extra,
  }))
  const { token, api } = profile
  return [
    ...calls,
    ...tokenTexts(['token'], token),
    ...tokenTexts(['api', 'authorization'], api.authorization),
  ]
}

const callsOf = ({ owner, list, mint, revoke }: z.output<typeof Shape>) => [
  ...(owner === undefined ? [] : [{ path: ['owner', 'request'], call: owner, extra: [] }]),
  { path: ['list', 'request'], call: list, extra: [] },
  { path: ['mint', 'request'], call: mint, extra: ['mark', 'random', 'graceUntil'] },
  ...revoke.map((call, at) => ({ path: ['revoke', at, 'request'], call, extra: ['id'] })),
]
