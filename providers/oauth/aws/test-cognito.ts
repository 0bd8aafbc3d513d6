/** A client of an Amazon Cognito user pool, its secret, and rotations of it. */
import type { EngineSettings } from '../../../shared/engine/index.ts'
import type { AwsStatement } from '../../../shared/provider/index.ts'
import { type CognitoOptions, cognito, KEYS, POOL } from '../../../test/servers/oauth/cognito.ts'
import { type OauthStage, stageOauth } from '../test-rotation.ts'

export const CLIENT = '1example23456789'
export const SECRET = 'madebyhand0123456789canary'
export const OTHER = '2example23456789'
export const OTHER_SECRET = 'ofanotherclient0123456789canary'

export interface CognitoStage extends OauthStage {
  /** What credentials were asked for. */
  readonly asked: (readonly AwsStatement[])[]
}

export async function stageCognito({
  pool,
  fields,
  settings,
}: {
  readonly pool?: CognitoOptions
  readonly fields?: object
  readonly settings?: EngineSettings
} = {}): Promise<CognitoStage> {
  const asked: (readonly AwsStatement[])[] = []
  const one = await stageOauth({
    authority: {
      vendor: cognito(pool),
      clients: {
        [CLIENT]: { secret: SECRET, scope: 'api/read' },
        [OTHER]: { secret: OTHER_SECRET, scope: 'api/read' },
      },
    },
    secret: (domainUrl) => ({
      profile: 'cognito',
      domainUrl,
      userPoolId: POOL,
      clientId: CLIENT,
      clientSecret: SECRET,
      scope: 'api/read',
      ...fields,
    }),
    options: { awsOrigin: ({ tokenOrigin }) => tokenOrigin },
    credentials: async (statements) => {
      asked.push(statements)
      return KEYS
    },
    ...(settings === undefined ? {} : { settings }),
  })
  return { ...one, asked }
}

export const secretsOf = ({ authority }: OauthStage) => [...authority.book.of(CLIENT).values()]
export const valuesAt = (one: OauthStage): string[] => secretsOf(one).map(({ value }) => value)
