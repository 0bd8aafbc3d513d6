import * as z from 'zod'

export interface Allowances {
  /** Whether `url` may be `http://` for this machine itself. For tests. Default: false, clear text is always refused. */
  readonly allowClearTextLoopback?: boolean
}

/** A secret of this provider. Keys that are not named here are kept. Each issue names the field, and repeats no value. */
export const createExampleSchema = ({ allowClearTextLoopback = false }: Allowances = {}) =>
  z.looseObject({
    engine: z.literal('example', { error: '`engine` is not `example`; set it' }),
    url: text('url').transform((value, context) => {
      const origin = originOf(value, allowClearTextLoopback)
      if (origin !== undefined) return origin
      const message =
        '`url` is not an address like `https://api.example.com`; give scheme, host and port alone'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }),
    username: text('username').regex(/^[^:\p{Cc}]+$/u, {
      error:
        '`username` has a colon or a control character, which Basic authentication cannot carry; correct it',
    }),
    password: text('password').regex(/^\P{Cc}+$/u, {
      error: '`password` has a control character; store the password in force',
    }),
  })

export type ExampleSchema = ReturnType<typeof createExampleSchema>
export type ExampleSecret = z.output<ExampleSchema>

const text = (field: string) =>
  z
    .string({ error: `\`${field}\` is missing or not a string; add it` })
    .min(1, { error: `\`${field}\` is empty; fill it in` })

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost']

/** Where the credential is sent. Nothing but an origin: a path, a query or a user in it would go along. */
function originOf(value: string, allowClearTextLoopback: boolean): string | undefined {
  const url = URL.parse(value)
  if (url === null || (url.href !== `${url.origin}/` && url.href !== url.origin)) return undefined
  const mayBeClear = allowClearTextLoopback && LOOPBACK.includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && mayBeClear) ? url.origin : undefined
}
