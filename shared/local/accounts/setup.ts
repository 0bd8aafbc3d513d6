import * as z from 'zod'
import { PolicyDocumentSchema } from '../iam/policy.ts'
import type { LocalRole } from './account.ts'
import type { LocalAws } from './local-aws.ts'

const Role = z.strictObject({
  trust: PolicyDocumentSchema,
  policies: z.array(PolicyDocumentSchema).default([]),
  maxSessionSeconds: z.int().min(3_600).max(43_200).default(3_600),
})

const named = <S extends z.ZodType>(of: S) =>
  z.record(
    z.string().regex(/^[\w+=,.@-]{1,64}$/, 'is no name; give up to 64 letters, digits and +=,.@_-'),
    of,
  )

const Account = z.strictObject({
  roles: named(Role).default({}),
  managedPolicies: named(PolicyDocumentSchema).default({}),
})

const Setup = z.strictObject({
  accounts: z.record(z.string().regex(/^\d{12}$/, 'is no account; give its 12 digits'), Account).default({}),
  /** A role of the first account, which the code of the functions then has instead of every right. */
  functionRole: z.string().min(1).optional(),
})

/** Accounts beside the first, and the roles in them, as JSON can hold it. */
export type LocalSetup = z.input<typeof Setup>

export class SetupError extends Error {
  override readonly name = 'SetupError'
}

/**
 * The setup, checked whole. Throws a {@link SetupError} that names each member that cannot be used, such as
 * `accounts.111122223333.roles.hub.trust.Statement.0.Effect`.
 */
export function parseSetup(given: unknown): z.output<typeof Setup> {
  const parsed = Setup.safeParse(given)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.flatMap(flattened)
  const shown = wrong.slice(0, SHOWN).map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
  throw new SetupError(shown.join('; '))
}

const SHOWN = 5
type Issue = z.core.$ZodIssue

/** Of what may be written in two ways, the mistake in the way that came nearest: the one that is deepest. */
function flattened(issue: Issue): { path: PropertyKey[]; message: string }[] {
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: issue.path, message }))
  if (issue.code !== 'invalid_union') return [{ path: issue.path, message: issue.message }]
  const ways = issue.errors.map((way) =>
    way.flatMap((inner) => flattened({ ...inner, path: [...issue.path, ...inner.path] } as Issue)),
  )
  const depthOf = (way: readonly { path: PropertyKey[] }[]) =>
    Math.max(0, ...way.map(({ path }) => path.length))
  const [nearest = []] = ways.toSorted((one, other) => depthOf(other) - depthOf(one))
  return nearest.length > 0 ? nearest : [{ path: issue.path, message: issue.message }]
}

/**
 * Makes the accounts, their roles and their managed policies; answers the role of the functions, if the setup names one.
 * Throws a {@link SetupError} as {@link parseSetup} does.
 */
export function applySetup(aws: LocalAws, given: LocalSetup): LocalRole | undefined {
  const { accounts, functionRole } = parseSetup(given)
  const { defaultAccount } = aws
  const [, roleOfFunctions] =
    Object.entries(accounts[defaultAccount.id]?.roles ?? {}).find(([name]) => name === functionRole) ?? []
  if (functionRole !== undefined && roleOfFunctions === undefined)
    throw new SetupError(
      `functionRole: ${functionRole} is no role of the first account; add it to accounts.${defaultAccount.id}.roles`,
    )
  for (const [id, { roles, managedPolicies }] of Object.entries(accounts)) {
    const account = aws.account(id)
    for (const [name, role] of Object.entries(roles)) account.role(name, role)
    for (const [name, policy] of Object.entries(managedPolicies)) account.managedPolicy(name, policy)
  }
  return functionRole === undefined || roleOfFunctions === undefined
    ? undefined
    : defaultAccount.role(functionRole, roleOfFunctions)
}
