/**
 * That `permissions.test.ts` can fail: each limit of each policy is taken away by itself, and then something passes that is
 * denied there. A limit without such a call would go unmissed.
 */
import { describe, expect, test } from 'vitest'
import { readCalls } from './calls.ts'
import {
  hub,
  inHub,
  inWorkload,
  isOfHubOnly,
  ofHub,
  ofTarget,
  target,
  trustFor,
  workload,
  workloadOfRds,
} from './roles.ts'
import { ALL, type Caller, isAllowed, type Request } from './simulate.ts'
import { type Limiting, ON_BEHALF, strangeOf, strangeRequests } from './strange.ts'
import { about, MEMBER, OWN } from './world.ts'

type Statement = Readonly<Record<string, unknown>>

interface Widened {
  readonly what: string
  readonly policy: object
}

/** The policy without one of its limits, each in turn. */
function widened(policy: object): readonly Widened[] {
  const statements = Reflect.get(policy, 'Statement') as readonly Statement[]
  return statements.flatMap((statement, at) =>
    widerStatements(statement).map(({ what, put }) => ({
      what: `${statement['Sid'] ?? `statement ${at + 1}`}: ${what}`,
      policy: { ...policy, Statement: statements.toSpliced(at, 1, ...put) },
    })),
  )
}

function widerStatements(
  statement: Statement,
): readonly { readonly what: string; readonly put: readonly Statement[] }[] {
  const { Effect, Action, Resource, Condition = {} } = statement
  // What is denied is wider where less is denied.
  if (Effect === 'Deny')
    return [Action].flat().map((action) => ({
      what: `without ${String(action)}`,
      put: [{ ...statement, Action: [Action].flat().filter((other) => other !== action) }],
    }))
  const conditions = Object.entries(Condition as Readonly<Record<string, object>>)
  return [
    ...(Resource === '*' ? [] : [{ what: 'any resource', put: [{ ...statement, Resource: '*' }] }]),
    ...conditions.flatMap(([operator, keys]) =>
      Object.keys(keys).map((key) => ({
        what: `without ${operator} ${key}`,
        put: [{ ...statement, Condition: withoutKey(Object.fromEntries(conditions), operator, key) }],
      })),
    ),
  ]
}

function withoutKey(condition: Readonly<Record<string, object>>, operator: string, key: string): object {
  const left = Object.entries(condition[operator] ?? {}).filter(([name]) => name !== key)
  const others = Object.entries(condition).filter(([name]) => name !== operator)
  return Object.fromEntries(left.length === 0 ? others : [...others, [operator, Object.fromEntries(left)]])
}

interface Attempt {
  readonly caller: Caller
  readonly request: Request
  /** Of the role that is asked for. */
  readonly trust?: object | undefined
}

/** Taken away, they let nothing more pass: AWS itself is the limit. */
const NO_LIMIT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['LookAtRds', 'ChangeAdminUsersOfRds', 'NoteWhatWasSetAtRds'].map((sid) => [
      `templates/target-role.yaml: ${sid}: any resource`,
      "an account's RDS answers nobody of another account",
    ]),
  ),
  'templates/target-role.yaml: RotateClientsOfUserPools: any resource': 'nor does its Cognito',
  'secret: statement 2: any resource': 'only the secret knows its key: the statement is bound to the secret',
  'admin secret: statement 2: any resource': 'the same',
}
const limitsOf = (of: string, policy: object): readonly Widened[] =>
  widened(policy).filter(({ what }) => NO_LIMIT[`${of}: ${what}`] === undefined)

/** What is denied by that kind of limit, as `permissions.test.ts` has it. */
const attempts = (
  by: Limiting,
  caller: (call: (typeof CALLS)[number]) => Caller | undefined,
  account: string,
) =>
  CALLS.flatMap((call) => {
    const who = caller(call)
    return who === undefined
      ? []
      : strangeOf(call)
          .filter((of) => of.by.includes(by))
          .flatMap((of) => strangeRequests(call, of, account))
          .map((request): Attempt => ({ caller: who, request, trust: trustFor(call) }))
  })

const CALLS = readCalls()
const onBehalf = (caller: Caller): readonly Attempt[] =>
  ON_BEHALF.map(({ denied }) => ({ caller, request: denied }))

const OF_RDS = 'admin user of RDS'

const ROLES: readonly {
  readonly role: string
  readonly only?: RegExp
  readonly policies: readonly object[]
  readonly denied: readonly Attempt[]
}[] = [
  {
    role: 'template.yaml',
    policies: workload.policies,
    denied: [
      ...attempts(
        'workload',
        (call) => (isOfHubOnly(call) || call.on === OF_RDS ? undefined : inWorkload(call)),
        OWN,
      ),
      ...onBehalf(inWorkload({ on: 'secret' })),
    ],
  },
  {
    // What it has beside the others.
    role: 'template.yaml, rotate-rds',
    only: /^(LookAtRds|ChangeAdminUsersOfRds|NoteWhatWasSetAtRds):/,
    policies: workloadOfRds.policies,
    denied: attempts(
      'workload',
      ({ on }) => ([OF_RDS, 'server of RDS'].includes(on) ? inWorkload({ on: OF_RDS }) : undefined),
      OWN,
    ),
  },
  {
    role: 'templates/hub.yaml',
    policies: hub.policies,
    denied: [
      ...attempts(
        'role',
        ({ on }) => (['schedule', 'bus', 'target role'].includes(on) ? ofHub : undefined),
        OWN,
      ),
      ...onBehalf(ofHub),
    ],
  },
  {
    role: 'templates/target-role.yaml',
    policies: target.policies,
    denied: attempts(
      'role',
      ({ on }) => (['schedule', 'bus', 'target role'].includes(on) ? undefined : ofTarget),
      MEMBER,
    ),
  },
]

/** Whether one of those passes by the wider policy. */
async function lets(denied: readonly Attempt[], by: (caller: Caller) => Caller): Promise<boolean> {
  for (const { caller, request, trust } of denied)
    if (await isAllowed(by(caller), request, trust)) return true
  return false
}

describe.each(ROLES)('a limit of $role is missed:', ({ role, only = /./, policies, denied }) => {
  const [policy = {}] = policies
  test.each(limitsOf(role, policy).filter(({ what }) => only.test(what)))(
    '$what',
    async ({ policy: wider }) => {
      expect(await lets(denied, (caller) => ({ ...caller, policies: [wider] }))).toBe(true)
    },
  )
})

describe.each(['secret', 'admin secret', 'user pool', OF_RDS] as const)(
  'a limit of the session for a %s is missed:',
  (on) => {
    const { session = '{}' } = inHub({ action: '', on, with: [] }, about(MEMBER))
    const denied = attempts(
      'session',
      (call) => (call.on === on ? inHub(call, about(MEMBER)) : undefined),
      MEMBER,
    )
    test.each(limitsOf(on, JSON.parse(session)))('$what', async ({ policy }) => {
      const wider = JSON.stringify(policy)
      expect(await lets(denied, (caller) => ({ ...caller, policies: [ALL], session: wider }))).toBe(true)
    })
  },
)
