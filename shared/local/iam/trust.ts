import { conditionsHold, evaluate, isLike, type Verdict } from './evaluate.ts'
import type { Identity } from './identity.ts'
import type { PolicyDocument, PolicyStatement } from './policy.ts'

export interface TrustAnswer {
  readonly verdict: Verdict
  /** The policy names the caller itself. Where it names only the account, that account must allow the call too. */
  readonly isByName: boolean
}

type Context = Readonly<Record<string, string | undefined>>

/** What a trust policy says about this caller. */
export function trustFor(
  trust: PolicyDocument,
  identity: Identity,
  { action, context }: { readonly action: string; readonly context: Context },
): TrustAnswer {
  const about = trust.Statement.filter(
    (statement) =>
      coversAction(statement, action) &&
      namesCaller(statement, identity) &&
      conditionsHold(statement, { ...identity.context, ...context }),
  )
  if (about.some(({ Effect }) => Effect === 'Deny')) return { verdict: 'denied', isByName: false }
  return {
    verdict: about.length > 0 ? 'allowed' : 'not mentioned',
    isByName: about.some((statement) => namesDirectly(statement, identity)),
  }
}

/** Whether a service of AWS, such as `scheduler.amazonaws.com`, may assume the role. */
export function trustsService(trust: PolicyDocument, service: string, context: Context): boolean {
  const about = trust.Statement.filter(({ Principal }) => Principal?.Service.includes(service) === true)
  const policy = { Statement: about }
  return evaluate([policy], { action: 'sts:AssumeRole', resource: '*', context }) === 'allowed'
}

const coversAction = ({ Action = [] }: PolicyStatement, action: string): boolean =>
  Action.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase()))

function namesDirectly({ Principal }: PolicyStatement, { arn, roleArn }: Identity): boolean {
  const names = Principal?.AWS ?? []
  return names.some((name) => name === '*' || name === arn || name === roleArn)
}

/** Whether the `Principal` is this caller or its account. */
export function namesCaller(statement: PolicyStatement, identity: Identity): boolean {
  const { accountId } = identity
  const names = statement.Principal?.AWS ?? []
  return (
    namesDirectly(statement, identity) ||
    names.some((name) => name === accountId || name === `arn:aws:iam::${accountId}:root`)
  )
}
