/** What the hub has for each account on its list: who may invoke the functions, and alarms that name the account. */
import { alarm } from './alarms.ts'
import { type Deployed, deploys, functionId, logicalName, providerOf, rotates } from './names.ts'
import { ref } from './yaml.ts'

export const LIVE = 'live'
export const CANARY = 'canary'

export const withoutOrganization = (handler: string): string => `${deploys(handler)}WithoutOrganization`
export const withOrganization = (handler: string): string => `${deploys(handler)}WithOrganization`

/** One resource of each kind for every account on the list. */
const forEachAccount = (name: string, resources: Readonly<Record<string, object>>): object => ({
  [`Fn::ForEach::${name}`]: ['Account', ref('Accounts'), resources],
})

export function invocations(handler: string): object {
  const base = logicalName(handler)
  const aliases = { [LIVE]: ref(`${functionId(handler)}.Alias`), [CANARY]: ref(`${base}CanaryAlias`) }
  return Object.assign(
    {},
    ...Object.entries(aliases).map(([alias, FunctionName]) => {
      const name = `${base}${logicalName(alias)}`
      const permission = (Condition: string, who: object): object => ({
        Type: 'AWS::Lambda::Permission',
        Condition,
        Properties: { Action: 'lambda:InvokeFunction', FunctionName, ...who },
      })
      return {
        ...forEachAccount(`${name}Invocations`, {
          [`${name}Invocation\${Account}`]: permission(deploys(handler), {
            Principal: 'secretsmanager.amazonaws.com',
            SourceAccount: ref('Account'),
          }),
        }),
        // Secrets Manager asks at RotateSecret whether the caller, too, may invoke the function.
        ...forEachAccount(`${name}Callers`, {
          [`${name}Caller\${Account}`]: permission(withoutOrganization(handler), {
            Principal: ref('Account'),
          }),
        }),
        [`${name}Caller`]: permission(withOrganization(handler), {
          Principal: '*',
          PrincipalOrgID: ref('OrganizationId'),
        }),
      }
    }),
  )
}

/** Failures told apart by the account whose secret it was, whichever function has the provider. */
export function accountAlarms({ handler }: Deployed): object {
  const provider = providerOf(handler)
  if (provider === undefined) return {}
  const base = logicalName(provider)
  return forEachAccount(`${base}AccountFailures`, {
    [`${base}FailuresIn\${Account}Alarm`]: alarm({
      name: `\${NamePrefix}-${provider}-\${Account}`,
      page: 'account-failures',
      says: 'A step of a rotation failed for a secret of the account in the name of this alarm.',
      Condition: rotates(handler),
      metric: {
        Namespace: 'Quarterturn',
        MetricName: 'RotationFailed',
        Dimensions: [
          { Name: 'service', Value: ref('NamePrefix') },
          { Name: 'provider', Value: provider },
          { Name: 'account', Value: ref('Account') },
        ],
      },
    }),
  })
}
