import * as z from 'zod'
import { flawsOf, tokenTexts } from './checks.ts'
import { HEAD, Token } from './parts.ts'
import { placeholdersOf } from './template.ts'

/** Clients that registered themselves (RFC 7591) and manage their registration with a token of their own (RFC 7592). */
export const RegisteredProfile = z
  .strictObject({
    kind: z.literal('registered'),
    ...HEAD,
    /** Within this time a new secret may be refused here and there. Default: at once. */
    settlesWithinMs: z.int().min(0).max(600_000).default(0),
    token: Token,
    /** The client's own registration, which the server gave as `registration_client_uri`. */
    registration: z.strictObject({
      /** The field with the origin. */
      origin: z.string(),
      path: z
        .string()
        .max(500)
        .regex(/^\/(?!\/)[\w{}.~/?=&:@+-]*$/, 'is not a path, such as `/register/{clientId}`'),
    }),
  })
  .superRefine(({ fields, token, registration }, context) => {
    const places = { token: token.origin, registration: registration.origin }
    const path = ['registration', 'path']
    const texts = [...tokenTexts(['token'], token), { path, text: registration.path, extra: [] }]
    for (const flaw of flawsOf(fields, places, texts))
      context.addIssue({ code: 'custom', path: flaw.path, message: flaw.message })
    if (!placeholdersOf(registration.path).includes('clientId'))
      context.addIssue({ code: 'custom', path, message: 'names no {clientId}' })
  })

export type RegisteredProfile = z.output<typeof RegisteredProfile>
