import * as z from 'zod'
import { flawsOf, tokenTexts } from './checks.ts'
import { HEAD, Place, Token } from './parts.ts'

/** Refresh tokens, each of which is used up by getting the next one. An access token beside it shows that the pair is good. */
export const RefreshTokenProfile = z
  .strictObject({
    kind: z.literal('refresh-token'),
    ...HEAD,
    token: Token.omit({ audience: true, rejectedBy: true, barredBy: true }),
    /** What takes the access token, and refuses others with 401. Reads only. */
    proof: z.strictObject({
      /** The field with the origin. */
      origin: z.string(),
      request: z
        .string()
        .max(500)
        .regex(/^GET \/(?!\/)[\w{}.~/?=&:@+-]*$/, 'is not `GET` and a path, such as `GET /userinfo`'),
      /** Where its reply says what only the token tells, such as whose it is. */
      shows: Place,
    }),
  })
  .superRefine(({ fields, token, proof }, context) => {
    const places = { token: token.origin, proof: proof.origin }
    const texts = [
      ...tokenTexts(['token'], token),
      { path: ['proof', 'request'], text: proof.request, extra: [] },
    ]
    for (const { path, message } of flawsOf(fields, places, texts))
      context.addIssue({ code: 'custom', path, message })
  })

export type RefreshTokenProfile = z.output<typeof RefreshTokenProfile>
