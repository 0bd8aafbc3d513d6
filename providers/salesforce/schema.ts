import * as z from 'zod'
import { text } from '../../shared/database/fields.ts'
import { type Allowances, origin } from '../../shared/http/index.ts'
import { isLoopbackHost } from '../../shared/network/host.ts'

export type SchemaOptions = Allowances

/** Salesforce's own domains; a key works at the My Domain of its org alone. */
const MY_DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.my\.salesforce\.(com|mil)$/

const baseUri = (options: SchemaOptions) =>
  origin('baseUri', options, 'https://acme.my.salesforce.com').refine(
    (value) => {
      const host = new URL(value).hostname.replace(/^\[(.*)\]$/, '$1')
      return MY_DOMAIN.test(host) || (options.allowClearTextLoopback === true && isLoopbackHost(host))
    },
    {
      error:
        '`baseUri` is not the My Domain of an org; give it as Setup shows it, such as `https://acme.my.salesforce.com`',
    },
  )

/** What goes into headers and forms. Text that cannot be sent could not have been issued either. */
const visible = (field: string) =>
  text(field).regex(/^[\x21-\x7e]{1,2000}$/, {
    error: `\`${field}\` has a space, a control character or a letter that Salesforce issues none of; store what it issued`,
  })

const id = (field: string, prefix: string) =>
  text(field).regex(new RegExp(`^${prefix}[0-9A-Za-z]{${15 - prefix.length}}(?:[0-9A-Za-z]{3})?$`), {
    error: `\`${field}\` is not an id of 15 or 18 characters that begins with ${prefix}; correct it`,
  })

/** What a person can type, so that it goes into forms and XML as it is. */
const typed = (field: string) =>
  text(field).refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
    error: `\`${field}\` has a control character; store what is in force`,
  })

/** Which kind a secret is: a user has a name, a client has a key. */
export const isUserSecret = (secret: Readonly<Record<string, unknown>>): boolean =>
  secret['username'] !== undefined

/**
 * A secret in the format of AWS's managed external secret `SalesforceClientSecret`: the consumer key and secret of an
 * External Client App.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/mes-partner-salesforce.html
 */
const clientSecret = (options: SchemaOptions) =>
  z.looseObject({
    consumerKey: visible('consumerKey'),
    consumerSecret: visible('consumerSecret'),
    baseUri: baseUri(options),
    appId: id('appId', '0x'),
    consumerId: id('consumerId', '888'),
    adminSecretArn: text('adminSecretArn').optional(),
  })

const NO_TOKEN =
  'a rotation makes Salesforce replace the security token, which no API tells; let the logins come from trusted addresses, where they need none,'

/** The password of a user. With a consumer key and secret it signs in through that app, else by SOAP. */
const userSecret = (options: SchemaOptions) =>
  z
    .looseObject({
      username: typed('username').max(80, { error: '`username` is longer than 80 characters; correct it' }),
      password: typed('password'),
      baseUri: baseUri(options),
      requiresSecurityToken: z.union([z.literal(false), z.literal('false')], {
        error: `\`requiresSecurityToken\` is not false: ${NO_TOKEN} and say so by setting it to false`,
      }),
      securityToken: z
        .literal(['', null], {
          error: `\`securityToken\` is set: ${NO_TOKEN} and remove it`,
        })
        .optional(),
      consumerKey: visible('consumerKey').optional(),
      consumerSecret: visible('consumerSecret').optional(),
      adminSecretArn: text('adminSecretArn').optional(),
    })
    .refine(
      ({ consumerKey, consumerSecret }) => (consumerKey === undefined) === (consumerSecret === undefined),
      {
        path: ['consumerSecret'],
        error: '`consumerKey` and `consumerSecret` go together; give both, or neither to sign in by SOAP',
      },
    )

/** A secret of either kind. Keys that are not named are kept. Each issue names the field and what to do, and repeats no value. */
export function createSalesforceSecret(options: SchemaOptions = {}) {
  const [client, user] = [clientSecret(options), userSecret(options)]
  return z.looseObject({}).transform((stored, context): SalesforceSecret => {
    const parsed = isUserSecret(stored) ? user.safeParse(stored) : client.safeParse(stored)
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message })
    return z.NEVER
  })
}

export type ClientSecret = z.output<ReturnType<typeof clientSecret>>
export type UserSecret = z.output<ReturnType<typeof userSecret>>
export type SalesforceSecret = ClientSecret | UserSecret
export type SalesforceSecretSchema = ReturnType<typeof createSalesforceSecret>
