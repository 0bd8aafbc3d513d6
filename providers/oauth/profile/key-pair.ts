import * as z from 'zod'
import type { KeyForm } from '../../../shared/provider/index.ts'
import { flawsOf, type Text, tokenTexts } from './checks.ts'
import { Authorization, Call, HEAD, Permission, Place, Token, template } from './parts.ts'
import { placeholdersOf } from './template.ts'

/** Clients that sign their token requests (`private_key_jwt`), and whose public keys the target keeps by value. */

const FORMS = [
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'ec-p256',
  'ec-p384',
  'ed25519',
] as const satisfies readonly KeyForm[]

/** Every key of the client is sent each time: as its registration with other keys, or as a JSON Patch of it (RFC 6902). */
const Whole = z.strictObject({
  as: z.enum(['registration', 'json-patch']),
  ...Call.pick({ request: true }).shape,
})

/** Keys come and go one by one. */
const Each = z.strictObject({
  as: z.literal('each'),
  /** The members of the key come beside those of `body`. */
  add: Call,
  /** One after the other. A refusal counts as done where the key is not there any more. */
  remove: z.array(Call).min(1).max(3),
})

const Shape = z.strictObject({
  kind: z.literal('key-pair'),
  ...HEAD,
  /** The forms of keys that the target takes. A new key is of the form of the one before. */
  forms: z.array(z.enum(FORMS)).min(1),
  token: Token.omit({ authenticatesBy: true }).extend({
    /** Whom an assertion is for. Left out, or where it names what the secret does not have: the address of the token endpoint. */
    assertionFor: template.optional(),
  }),
  api: z.strictObject({
    origin: z.string(),
    authorization: z.strictObject({
      ...Authorization.shape,
      /** `registration`: the registration access token. `nothing`: who reaches the API may; an `apiToken` is sent all the same. */
      by: z.enum(['access-token', 'registration', 'nothing']).default('access-token'),
    }),
    permission: Permission,
  }),
  /** The client that the ids of the secret lead to. Without it each call names `{clientId}` itself. */
  owner: z.strictObject({ ...Call.shape, clientId: Place }).optional(),
  read: z.strictObject({
    ...Call.shape,
    /** The place of the array of keys; where the reply itself is an array, that is it. */
    keys: Place,
    /** Where each key has an id of the target's own. */
    id: Place.optional(),
  }),
  write: z.discriminatedUnion('as', [Whole, Each]),
})

export const KeyPairProfile = Shape.superRefine((profile, context) => {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  const { token, api, fields, owner, read, write } = profile
  const calls = callsOf(profile)
  const texts: Text[] = [
    ...calls.map(({ path, call, extra }) => ({
      path,
      text: JSON.stringify([call.request, call.body ?? null]),
      extra,
    })),
    ...tokenTexts(['token'], { ...token, audience: token.audience }),
    ...tokenTexts(['api', 'authorization'], api.authorization),
    // Compared by the server, like an audience.
    ...(token.assertionFor === undefined
      ? []
      : [{ path: ['token', 'assertionFor'], text: token.assertionFor, extra: ['issuer'], isCompared: true }]),
  ]
  const places = { token: token.origin, api: api.origin }
  for (const { path, message } of flawsOf(fields, places, texts)) issue(path, message)
  if (owner === undefined)
    for (const { path, call } of calls)
      if (!placeholdersOf(JSON.stringify([call.request, call.body ?? null])).includes('clientId'))
        issue(
          path,
          'names no {clientId}, and there is no `owner`: it could be another client than the one that was proven',
        )
  if (write.as !== 'each') return
  if (read.id === undefined) issue(['read'], 'shows no `id`, by which one key is removed')
  write.remove.forEach((call, at) => {
    if (!placeholdersOf(JSON.stringify([call.request, call.body ?? null])).includes('id'))
      issue(['write', 'remove', at, 'request'], 'names no {id}')
  })
})

interface CallAt {
  readonly path: (string | number)[]
  readonly call: { readonly request: string; readonly body?: unknown }
  readonly extra: readonly string[]
}

const callsOf = ({ owner, read, write }: z.output<typeof Shape>): readonly CallAt[] => [
  ...(owner === undefined ? [] : [{ path: ['owner', 'request'], call: owner, extra: [] }]),
  { path: ['read', 'request'], call: read, extra: [] },
  ...(write.as === 'each'
    ? [
        { path: ['write', 'add', 'request'], call: write.add, extra: [] },
        ...write.remove.map((call, at) => ({
          path: ['write', 'remove', at, 'request'],
          call,
          extra: ['id'],
        })),
      ]
    : [{ path: ['write', 'request'], call: write, extra: [] }]),
]

export type KeyPairProfile = z.output<typeof KeyPairProfile>
