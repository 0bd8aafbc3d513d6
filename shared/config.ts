import { Environment } from './config-options.ts'
import type { RetirementSettings } from './engine/policy.ts'
import { QuarterturnError } from './errors/index.ts'
import type { HostList } from './network/host-list.ts'
import type { PasswordPolicy } from './password.ts'
import type { Strategy } from './provider/contract.ts'

/** What the deployment decides; the same for every secret of a function. */
export interface Config {
  readonly strategy: Strategy | undefined
  /** The names that the deployment offers; `undefined`: all that the function was built with. */
  readonly providers: readonly string[] | undefined
  /** Name or ARN of the EventBridge bus for evidence. */
  readonly eventBus: string | undefined
  readonly reserveMs: number
  /** What is reached outside of the function's own account and Region; nothing by default. */
  readonly reach: {
    readonly accounts: readonly string[]
    readonly regions: readonly string[]
    /** Set when there are accounts. */
    readonly role: { readonly name: string; readonly externalId: string } | undefined
    /** `undefined`: every host is taken. */
    readonly hosts: { readonly list: HostList; readonly allowsLoopback: boolean } | undefined
  }
  /** The accounts in which nothing new is begun. */
  readonly stopped: 'all' | readonly string[]
  readonly retirement: RetirementSettings
  /** Strategies of class C are allowed also where nothing recovers a credential that was issued and lost. */
  readonly allowClassC: boolean
  /** What each provider is made with, by its name. */
  readonly options: {
    readonly postgres: {
      /** PEM certificates to trust besides those of Amazon RDS. */
      readonly ca?: string
      readonly allowClearTextLoopback: boolean
      readonly passwordForm: 'verifier' | 'plaintext'
      readonly hash: 'keep' | 'scram'
      readonly reassignOwned: boolean
    }
    readonly mysql: {
      /** PEM certificates to trust besides those of Amazon RDS. */
      readonly ca?: string
      readonly allowClearTextLoopback: boolean
      readonly passwordForm: 'verifier' | 'plaintext'
      readonly otherHosts: 'refuse' | 'leave'
    }
    readonly salesforce: {
      /** PEM certificates to trust besides the public ones. */
      readonly ca?: string
      readonly allowClearTextLoopback: boolean
    }
    readonly oauth: {
      /** PEM certificates to trust besides the public ones. */
      readonly ca?: string
      readonly allowClearTextLoopback: boolean
      /** A folder with profiles of the deployment's own. */
      readonly profilesFolder?: string
    }
  }
  readonly password: PasswordPolicy
}

/** Read by the project's tests, which may run a function in their own process. */
const NOT_OF_FUNCTIONS = ['QUARTERTURN_REQUIRE_SERVERS']

/**
 * What Node prints for these sections of `NODE_DEBUG` has the first 50 bytes of every piece that a socket receives,
 * and the headers with the role's session token. Node reads the variable before any of our code runs, so it cannot
 * be turned off from here; nothing was sent or received yet when it is refused.
 */
const TELLTALE_SECTIONS = ['http', 'https', 'http2', 'net', 'stream']

/**
 * Reads the environment of a function. An empty `QUARTERTURN_` variable counts as not set. Throws `CONFIG_INVALID` that names every variable that is wrong, and for an
 * unknown `QUARTERTURN_` name the one that was probably meant. Values are not repeated: what was pasted into the
 * wrong variable may be a secret. Reads the files that variables name, and nothing else.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.entries(env).filter(([name, value]) => value !== '' || !name.startsWith('QUARTERTURN_'))
  const parsed = Environment.safeParse(Object.fromEntries(set))
  const wrong = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  const problems = [
    ...telltales(env['NODE_DEBUG']),
    ...unknownNames(env),
    ...new Set(wrong),
    ...(parsed.success ? contradictions(parsed.data) : []),
  ]
  if (!parsed.success || problems.length > 0) {
    throw new QuarterturnError('CONFIG_INVALID', { problem: problems.join('; ') })
  }
  return configOf(parsed.data)
}

function contradictions(env: Environment): readonly string[] {
  const policies = [env.QUARTERTURN_RETIRE_AFTER, ...env.QUARTERTURN_RETIRE_CHOICES]
  const times = policies.filter((one) => typeof one === 'object')
  const forRoles = ['QUARTERTURN_TARGET_ROLE', 'QUARTERTURN_EXTERNAL_ID'] as const
  const reaches = env.QUARTERTURN_ACCOUNTS !== undefined
  return [
    ...forRoles
      .filter((name) => (env[name] !== undefined) !== reaches)
      .map((name) =>
        reaches
          ? `${name} is missing, and QUARTERTURN_ACCOUNTS needs it`
          : `${name} has no use without QUARTERTURN_ACCOUNTS`,
      ),
    ...(policies.some((one) => one !== 'next-rotation') && env.QUARTERTURN_SCHEDULE_ROLE === undefined
      ? [
          'QUARTERTURN_SCHEDULE_ROLE is missing, and QUARTERTURN_RETIRE_AFTER or QUARTERTURN_RETIRE_CHOICES needs it',
        ]
      : []),
    ...(times.some(({ afterMs }) => afterMs < env.QUARTERTURN_MINIMUM_OVERLAP)
      ? [
          'QUARTERTURN_RETIRE_AFTER or QUARTERTURN_RETIRE_CHOICES has a time shorter than QUARTERTURN_MINIMUM_OVERLAP',
        ]
      : []),
  ]
}

function reachOf(env: Environment): Config['reach'] {
  const { QUARTERTURN_ACCOUNTS: accounts, QUARTERTURN_HOSTS: list } = env
  const { QUARTERTURN_TARGET_ROLE: name, QUARTERTURN_EXTERNAL_ID: externalId } = env
  return {
    accounts: accounts ?? [],
    regions: env.QUARTERTURN_REGIONS ?? [],
    role: name === undefined || externalId === undefined ? undefined : { name, externalId },
    hosts:
      accounts === undefined && list === undefined
        ? undefined
        : { list: list ?? new Map(), allowsLoopback: env.QUARTERTURN_ALLOW_LOOPBACK_TARGETS },
  }
}

const configOf = (env: Environment): Config => ({
  strategy: env.QUARTERTURN_STRATEGY,
  providers: env.QUARTERTURN_PROVIDERS,
  eventBus: env.QUARTERTURN_EVENT_BUS,
  reserveMs: env.QUARTERTURN_RESERVE_MS,
  allowClassC: env.QUARTERTURN_ALLOW_CLASS_C,
  reach: reachOf(env),
  stopped: env.QUARTERTURN_STOP ?? [],
  retirement: {
    after: env.QUARTERTURN_RETIRE_AFTER,
    choices: env.QUARTERTURN_RETIRE_CHOICES,
    ...(env.QUARTERTURN_SCHEDULE_ROLE === undefined ? {} : { roleArn: env.QUARTERTURN_SCHEDULE_ROLE }),
    groupName: env.QUARTERTURN_SCHEDULE_GROUP,
    minimumOverlapMs: env.QUARTERTURN_MINIMUM_OVERLAP,
    overlapCut: env.QUARTERTURN_OVERLAP_CUT,
  },
  options: {
    postgres: {
      ...(env.QUARTERTURN_TLS_CA === undefined ? {} : { ca: env.QUARTERTURN_TLS_CA }),
      allowClearTextLoopback: env.QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK,
      passwordForm: env.QUARTERTURN_POSTGRES_PASSWORD_FORM,
      hash: env.QUARTERTURN_POSTGRES_HASH,
      reassignOwned: env.QUARTERTURN_POSTGRES_REASSIGN_OWNED,
    },
    mysql: {
      ...(env.QUARTERTURN_TLS_CA === undefined ? {} : { ca: env.QUARTERTURN_TLS_CA }),
      allowClearTextLoopback: env.QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK,
      passwordForm: env.QUARTERTURN_MYSQL_PASSWORD_FORM,
      otherHosts: env.QUARTERTURN_MYSQL_OTHER_HOSTS,
    },
    salesforce: {
      ...(env.QUARTERTURN_TLS_CA === undefined ? {} : { ca: env.QUARTERTURN_TLS_CA }),
      allowClearTextLoopback: env.QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK,
    },
    oauth: {
      ...(env.QUARTERTURN_TLS_CA === undefined ? {} : { ca: env.QUARTERTURN_TLS_CA }),
      allowClearTextLoopback: env.QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK,
      ...(env.QUARTERTURN_OAUTH_PROFILES === undefined
        ? {}
        : { profilesFolder: env.QUARTERTURN_OAUTH_PROFILES }),
    },
  },
  password: {
    length: env.PASSWORD_LENGTH,
    excludeCharacters: env.EXCLUDE_CHARACTERS,
    exclude: {
      lowercase: env.EXCLUDE_LOWERCASE,
      uppercase: env.EXCLUDE_UPPERCASE,
      numbers: env.EXCLUDE_NUMBERS,
      punctuation: env.EXCLUDE_PUNCTUATION,
    },
    requireEachIncludedType: env.REQUIRE_EACH_INCLUDED_TYPE,
  },
})

function telltales(nodeDebug = ''): readonly string[] {
  // As Node matches them: names separated by commas, in any case, with `*` for any characters.
  const patterns = nodeDebug
    .split(',')
    .filter((one) => one !== '')
    .map((one) => new RegExp(`^${one.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`, 'i'))
  const covered = TELLTALE_SECTIONS.filter((section) => patterns.some((pattern) => pattern.test(section)))
  return covered.length === 0
    ? []
    : [
        `NODE_DEBUG covers ${covered.join(', ')}, which would print parts of secrets and the session of the role`,
      ]
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = Object.keys(Environment.shape).filter((name) => name.startsWith('QUARTERTURN_'))
  return Object.keys(env)
    .filter(
      (name) => /^QUARTERTURN_/i.test(name) && !known.includes(name) && !NOT_OF_FUNCTIONS.includes(name),
    )
    .map((name) => `${name.slice(0, 80)} is unknown${didYouMean(name.toUpperCase(), known)}`)
}

function didYouMean(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((one) => ({ one, distance: editDistance(name, one) }))
    .toSorted((a, b) => a.distance - b.distance)
  // More than a third of the distinctive part changed is another word, not a slip.
  const close = nearest !== undefined && nearest.distance <= (nearest.one.length - 'QUARTERTURN_'.length) / 3
  return close ? `: did you mean ${nearest.one}?` : ''
}

/** Levenshtein's distance: characters inserted, removed or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (char === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
