/** The function as it is deployed, bundled and in a process of its own with every debug switch on, for another account. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAdmin, createHousehold } from '../../providers/postgres/test-household.ts'
import { secretFor, signsIn } from '../../providers/postgres/test-target.ts'
import { buildHandler } from '../../scripts/build.ts'
import { type LambdaFunction, startFunction } from '../../shared/conformance/function/lambda.ts'
import { formsOf } from '../../shared/redact-forms.ts'
import { describeOnNewestPostgres } from '../servers/each.ts'
import { FUNCTION, type Hub, hubEnvironment, startHub, WORKLOAD } from './hub-function.ts'

const SWITCHES = {
  NODE_DEBUG: 'tls,dns,timer,module',
  DEBUG: '*',
  POWERTOOLS_LOG_LEVEL: 'TRACE',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
  AWS_LAMBDA_LOG_LEVEL: 'TRACE',
}

describeOnNewestPostgres('the bundled function in a hub account', {}, (server) => {
  let folder = ''
  let child: LambdaFunction | undefined
  let hub: Hub
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quarterturn-hub-'))
    const { file } = await buildHandler('rotate-postgres', folder)
    hub = await startHub({
      run: async (event, { invokedFunctionArn }) => {
        child ??= await startFunction({
          bundle: file,
          arn: invokedFunctionArn,
          timeoutMs: 30_000,
          environment: {
            ...SWITCHES,
            ...hubEnvironment({ QUARTERTURN_TLS_CA: server().ca }),
            ...hub.local.functionEnvironment(FUNCTION),
          },
          onLog: () => {},
        })
        return await child.invoke(event, () => {})
      },
    })
  })
  afterAll(async () => {
    await child?.stop()
    await hub?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('rotates a pair of another account, and prints neither a credential nor what signs for that account', async () => {
    const admin = 'bundled_admin'
    const adminPassword = await createAdmin(server(), admin)
    const { password } = await createHousehold(server(), 'bundled', admin)
    const masterarn = hub.createSecret(
      WORKLOAD,
      admin,
      secretFor(server(), { username: admin, password: adminPassword }),
      { 'quarterturn:admin-for': 'bundled' },
    )
    const secret = hub.createSecret(
      WORKLOAD,
      'bundled',
      secretFor(server(), { username: 'bundled', password, masterarn }),
      { 'quarterturn:strategy': 'alternating-users' },
    )
    const steps = ['createSecret ok', 'setSecret ok', 'testSecret ok', 'finishSecret ok']
    expect(await hub.rotate(secret)).toEqual(steps)
    const current = hub.value(secret)
    expect(await signsIn(server(), 'bundled_clone', String(current['password']))).toBe(true)

    const printed = child?.logs.join('\n') ?? ''
    expect(printed).toContain('"message":"Rotation evidence"')
    expect(printed).toMatch(/^TIMER \d+:/m)
    const sessions = hub.local.aws.keys.all.filter((key) => key.kind === 'session')
    expect(sessions.map(({ accountId }) => accountId)).toContain(WORKLOAD)
    const secrets = [
      password,
      adminPassword,
      String(current['password']),
      ...sessions.flatMap((key) => [key.secretAccessKey, key.kind === 'session' ? key.sessionToken : '']),
    ]
    for (const form of secrets.flatMap(formsOf)) expect(printed).not.toContain(form)
  })
})
