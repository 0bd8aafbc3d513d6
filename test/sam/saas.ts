/** The functions of targets that are reached over HTTP, as SAM built them. */
import assert from 'node:assert/strict'
import { startOrg } from '../../providers/salesforce/test-org/server.ts'
import type { Check } from '../../scripts/check.ts'
import { createTestCa } from '../servers/certificates.ts'
import { startAuthority } from '../servers/oauth/authority.ts'
import { appIdOf, okta } from '../servers/oauth/okta.ts'
import { deployFunction } from './deployed.ts'
import { createSecret, rotateColdAndWarm, storedIn } from './rotation.ts'
import {
  type Built,
  deployInHub,
  MEMBER,
  onLocalAws,
  requireAccountIn,
  requireQuiet,
  workload,
} from './stage.ts'

export async function checkSaas(check: Check, built: Built): Promise<void> {
  await check.claim('template.yaml: rotate-oauth, client secrets beside each other', () =>
    clientOfOkta(built.workload),
  )
  await check.claim('templates/hub.yaml: rotate-salesforce, an app of another account', () =>
    appOfSalesforce(built.hub),
  )
}

const CLIENT = 'reporter'

async function clientOfOkta(built: string): Promise<string> {
  const ca = await createTestCa()
  const byHand = 'made-by-hand-0123456789-of-the-client'
  const authority = await startAuthority({
    tls: await ca.issue(),
    vendor: okta,
    clients: { [CLIENT]: { secret: byHand, scope: 'reports okta.apps.manage' } },
  })
  try {
    return await onLocalAws(async (aws, url) => {
      const environment = { AWS_ENDPOINT_URL: url, QUARTERTURN_TLS_CA: ca.pem }
      const deployed = deployFunction({ aws, stack: workload(), handler: 'rotate-oauth', built, environment })
      const model = aws.defaultAccount.secretsManager()
      const secret = createSecret(model, {
        name: 'app/client',
        value: {
          engine: 'oauth',
          profile: 'okta',
          orgUrl: authority.url,
          appId: appIdOf(CLIENT),
          clientId: CLIENT,
          clientSecret: byHand,
          scope: 'reports',
        },
      })
      const rotated = await rotateColdAndWarm({ aws, model, deployed }, secret)
      const live = [...authority.book.of(CLIENT).values()].map(({ value }) => value)
      const [current, previous] = [storedIn(model, secret), storedIn(model, secret, 'AWSPREVIOUS')]
      assert.deepEqual(new Set(live), new Set([current['clientSecret'], previous['clientSecret']]))
      const quiet = requireQuiet(rotated, deployed.memoryMb, [byHand, ...live])
      return `two live, those of AWSCURRENT and AWSPREVIOUS; ${quiet}`
    })
  } finally {
    await authority.stop()
  }
}

async function appOfSalesforce(built: string): Promise<string> {
  const server = await startOrg()
  try {
    return await onLocalAws(async (aws, url) => {
      const deployed = deployInHub({
        aws,
        handler: 'rotate-salesforce',
        deploys: 'DeployRotateSalesforce',
        built,
        hosts: '127.0.0.1',
        environment: { AWS_ENDPOINT_URL: url, QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'true' },
      })
      const model = aws.account(MEMBER).secretsManager()
      const before = server.client()
      const secret = createSecret(model, { name: 'app/org', value: before })
      const rotated = await rotateColdAndWarm({ aws, model, deployed, qualifier: 'live' }, secret)
      requireAccountIn(rotated)
      const current = storedIn(model, secret)
      const { key, secret: inForce } = server.org.primary
      assert.deepEqual([current['consumerKey'], current['consumerSecret']], [key, inForce])
      assert.notEqual(key, before['consumerKey'])
      const quiet = requireQuiet(rotated, deployed.memoryMb, [before['consumerSecret'], inForce])
      return `the pair of AWSCURRENT is the primary one; ${quiet}`
    })
  } finally {
    await server.close()
  }
}
