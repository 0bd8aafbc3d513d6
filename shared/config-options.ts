import { isAbsolute } from 'node:path'
import * as z from 'zod'
import { hubOptions } from './config-hub-options.ts'
import { certificates, flag, option, readBy, wholeNumber } from './config-kinds.ts'
import { DEFAULT_OVERLAP_MS, durationOf, retirePolicyOf } from './engine/policy.ts'
import { strategyNames } from './engine/strategies.ts'
import { DEFAULT_POLICY, LEAST_BITS } from './password.ts'

const names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(
    z.array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be names of providers, separated by commas')).min(1),
  )

const POLICY = 'must be next-rotation, immediate or a time such as 12h'
const retirePolicy = readBy(retirePolicyOf, POLICY)
const retirePolicies = readBy((text) => {
  const read = text.split(',').map((one) => retirePolicyOf(one.trim()))
  return read.every((one) => one !== undefined) ? read : undefined
}, `each ${POLICY}`)
const duration = readBy(durationOf, 'must be a time such as 90m or 2h')

/** Every variable that a function reads. Parsed once per container by `readConfig`. */
export const Environment = z.object({
  QUARTERTURN_STRATEGY: option(
    z.enum(strategyNames, `must be one of ${strategyNames.join(', ')}`).optional(),
    {
      description: 'The strategy for secrets that have no `quarterturn:strategy` tag.',
      values: `${strategyNames.map((name) => `\`${name}\``).join(', ')}, as far as the provider offers it`,
      default: "the provider's own default",
    },
  ),
  QUARTERTURN_ALLOW_CLASS_C: option(flag.default(false), {
    description:
      'Allows strategies of class C: the target ends the old credential when it issues the new one, so if the function ends before it has stored that, nothing stored signs in. Without this they are refused, unless the target lets the value be read again or the secret names an admin secret.',
    values: '`true`, `false`',
    default: '`false`',
  }),
  QUARTERTURN_PROVIDERS: option(names.optional(), {
    description:
      'The providers that this deployment offers. A `quarterturn:provider` tag can only choose one of them, and a secret of another engine is refused.',
    values: 'names, separated by commas',
    default: 'all that the function was built with',
  }),
  QUARTERTURN_EVENT_BUS: option(
    z
      .string()
      .regex(/^[A-Za-z0-9:/._-]{1,1600}$/, 'must be the name or ARN of an EventBridge bus')
      .optional(),
    {
      description:
        'The EventBridge bus that receives the evidence of each finished rotation, besides the log.',
      values: 'name or ARN of a bus',
      default: 'none: evidence goes to the log only',
    },
  ),
  QUARTERTURN_RETIRE_AFTER: option(retirePolicy.default('next-rotation'), {
    description:
      'When an old credential that goes on beside the new one is ended: when the next rotation replaces it, a time after each rotation (such as `12h` or `7d`), or at once, for a leak.',
    values: '`next-rotation`, `immediate`, or a time in `s`, `m`, `h` or `d`',
    default: '`next-rotation`',
  }),
  QUARTERTURN_RETIRE_CHOICES: option(retirePolicies.default([]), {
    description: 'What a `quarterturn:retire-after` tag may choose besides QUARTERTURN_RETIRE_AFTER.',
    values: 'as for QUARTERTURN_RETIRE_AFTER, separated by commas',
    default: 'none',
  }),
  QUARTERTURN_SCHEDULE_ROLE: option(
    z
      .string()
      .regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'must be the ARN of a role')
      .optional(),
    {
      description:
        'The role by which EventBridge Scheduler invokes this function for a retirement. Needed when a retirement may come before the next rotation.',
      values: 'ARN of a role',
      default: 'none',
    },
  ),
  QUARTERTURN_SCHEDULE_GROUP: option(
    z
      .string()
      .regex(/^[0-9A-Za-z_.-]{1,64}$/, 'must be the name of a schedule group')
      .default('default'),
    {
      description: 'The EventBridge Scheduler group of the schedules for retirements.',
      values: 'name of a group',
      default: '`default`',
    },
  ),
  QUARTERTURN_MINIMUM_OVERLAP: option(duration.default(DEFAULT_OVERLAP_MS), {
    description:
      'How long a consumer may hold on to a secret that it has read. A rotation that replaces the previous credential sooner after the last one is reported by the metric `OverlapCut`. A `quarterturn:minimum-overlap` tag can only ask for more.',
    values: 'a time in `s`, `m`, `h` or `d`',
    default: "`1h`, what AWS's caching clients default to",
  }),
  QUARTERTURN_OVERLAP_CUT: option(
    z.enum(['report', 'refuse'], 'must be report or refuse').default('report'),
    {
      description:
        'What is done with a rotation that cuts the overlap. A `quarterturn:overlap-cut` tag can only refuse it as well.',
      values: '`report`, `refuse`',
      default: '`report`',
    },
  ),
  QUARTERTURN_RESERVE_MS: option(wholeNumber(500, 60_000).default(2_000), {
    description: 'Milliseconds of each invocation kept back to close connections and to report.',
    values: '500 to 60000',
    default: '2000',
  }),
  QUARTERTURN_TLS_CA: option(certificates.optional(), {
    description:
      'Certificate authorities to trust at targets, in addition to those of Amazon RDS. In the text, `\\n` may stand for a line break.',
    values: 'PEM text, or the absolute path of a PEM file in the package or a layer',
    default: 'none',
  }),
  QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: option(flag.default(false), {
    description:
      'Lets a target on a loopback address go without TLS, for tests. Any other address needs TLS whatever this says.',
    values: '`true`, `false`',
    default: '`false`',
  }),
  QUARTERTURN_POSTGRES_PASSWORD_FORM: option(
    z.enum(['verifier', 'plaintext'], 'must be verifier or plaintext').default('verifier'),
    {
      description:
        'How a new password travels to PostgreSQL: as a verifier computed here, which no server log can disclose, or as plain text over TLS, which lets the server check it by a password policy.',
      values: '`verifier`, `plaintext`',
      default: '`verifier`',
    },
  ),
  QUARTERTURN_POSTGRES_HASH: option(z.enum(['keep', 'scram'], 'must be keep or scram').default('keep'), {
    description:
      'The kind of verifier that PostgreSQL stores: the one it asked for at sign-in, so that clients that know md5 only keep working, or always SCRAM-SHA-256.',
    values: '`keep`, `scram`',
    default: '`keep`',
  }),
  QUARTERTURN_POSTGRES_REASSIGN_OWNED: option(flag.default(false), {
    description:
      "Whether a pair of PostgreSQL users that AWS's template rotated until now is taken over with `REASSIGN OWNED`: what the clone owns in the secret's database goes to the user. Otherwise the rotation is refused and names the statement.",
    values: '`true`, `false`',
    default: '`false`',
  }),
  QUARTERTURN_MYSQL_PASSWORD_FORM: option(
    z.enum(['verifier', 'plaintext'], 'must be verifier or plaintext').default('verifier'),
    {
      description:
        'How a new password travels to MariaDB: as a hash computed here, which no log can disclose, or as plain text over TLS, which lets a password-validation plugin see it and which the logs of MariaDB keep. MySQL takes plain text over TLS and blots it out of its logs itself.',
      values: '`verifier`, `plaintext`',
      default: '`verifier`',
    },
  ),
  QUARTERTURN_MYSQL_OTHER_HOSTS: option(
    z.enum(['refuse', 'leave'], 'must be refuse or leave').default('refuse'),
    {
      description:
        'What a rotation by an admin does when the user has further accounts for other hosts, which have passwords of their own: refuse, or change the one that signed in and leave the others.',
      values: '`refuse`, `leave`',
      default: '`refuse`',
    },
  ),
  ...hubOptions,
  QUARTERTURN_OAUTH_PROFILES: option(
    z.string().refine(isAbsolute, 'must be the absolute path of a folder').optional(),
    {
      description:
        'A folder with profiles of kinds of authorization server beside those that ship, one JSON file each. One of the same name replaces what ships.',
      values: 'the absolute path of a folder in the package or a layer',
      default: 'none',
    },
  ),
  PASSWORD_LENGTH: option(wholeNumber(1, 4_096).default(DEFAULT_POLICY.length), {
    description: `Characters of a new password. A policy that gives under ${LEAST_BITS} bits is refused.`,
    values: '1 to 4096',
    default: String(DEFAULT_POLICY.length),
  }),
  EXCLUDE_CHARACTERS: option(z.string().max(4_096).default(DEFAULT_POLICY.excludeCharacters), {
    description: 'Characters that no new password contains.',
    values: 'characters, without separators',
    default: `\`${DEFAULT_POLICY.excludeCharacters}\``,
  }),
  EXCLUDE_LOWERCASE: option(flag.default(false), excludes('lower-case letters')),
  EXCLUDE_UPPERCASE: option(flag.default(false), excludes('upper-case letters')),
  EXCLUDE_NUMBERS: option(flag.default(false), excludes('digits')),
  EXCLUDE_PUNCTUATION: option(flag.default(false), excludes('punctuation')),
  REQUIRE_EACH_INCLUDED_TYPE: option(flag.default(DEFAULT_POLICY.requireEachIncludedType), {
    description: 'Whether a new password has at least one character of each type that is not excluded.',
    values: '`true`, `false`',
    default: '`true`',
  }),
})
export type Environment = z.output<typeof Environment>

function excludes(type: string) {
  return {
    description: `Whether new passwords do without ${type}.`,
    values: '`true`, `false`',
    default: '`false`',
  }
}
