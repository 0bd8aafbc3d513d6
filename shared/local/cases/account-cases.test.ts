import { Scheduler } from '@aws-sdk/client-scheduler'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { STS } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalAws, type LocalCredentials, serveLocal } from '../index.ts'
import { ACCOUNT_CASES, type AccountWorld } from './accounts/index.ts'

describe.each([1, 2])('accounts with seed %i, over HTTP through the SDK:', (seed) => {
  const aws = createLocalAws({ seed })
  const clients: { destroy(): void }[] = []
  let endpoint = ''
  let stop = async () => {}

  /** One client each, for the time of the tests. */
  const made = <C extends { destroy(): void }>(
    Client: new (options: {
      endpoint: string
      region: string
      credentials: LocalCredentials
      maxAttempts: number
    }) => C,
    credentials: LocalCredentials,
  ): C => {
    const client = new Client({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })
    clients.push(client)
    return client
  }
  const world: AccountWorld = {
    aws,
    hub: aws.account('111122223333'),
    workload: aws.account('444455556666'),
    sts: (credentials) => made(STS, credentials),
    secretsManager: (credentials) => made(SecretsManager, credentials),
    scheduler: (credentials) => made(Scheduler, credentials),
  }

  beforeAll(async () => {
    const server = await serveLocal(aws)
    endpoint = server.url
    stop = () => server.close()
  })
  afterAll(async () => {
    for (const client of clients) client.destroy()
    await stop()
  })

  for (const { name, run } of ACCOUNT_CASES) test(name, () => run(world))
})

test('the list names each case once, and a source for it', () => {
  expect(new Set(ACCOUNT_CASES.map(({ name }) => name)).size).toBe(ACCOUNT_CASES.length)
  for (const { fact } of ACCOUNT_CASES)
    expect(fact.page).toMatch(/^https:\/\/(docs\.aws\.amazon\.com|github\.com)\//)
})
