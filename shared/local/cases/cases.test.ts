import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSecretsManager, serveLocal } from '../index.ts'
import { CASES, type CaseWorld, missingFor } from './index.ts'
import { clientOf, sdkFor } from './sdk-client.ts'

const OTHER_REGION = 'eu-central-1'
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:idle'

function runAll(worldOf: () => CaseWorld): void {
  // Each has secrets of its own, and some wait for a copy to arrive.
  for (const one of CASES)
    test.concurrent(one.name, async ({ skip }) => {
      const world = worldOf()
      const missing = missingFor(one, world)
      if (missing.length > 0) skip(`no ${missing.join(' and no ')} is given`)
      await one.run(world)
    })
}

describe.each([1, 2])('the model with seed %i, over HTTP through the SDK:', (seed) => {
  const model = createLocalSecretsManager({ seed })
  model.registerFunction(FUNCTION, 'manual')
  let world: CaseWorld | undefined
  let stop = async () => {}
  beforeAll(async () => {
    const other = model.regions.modelOf(OTHER_REGION) ?? model
    const servers = [await serveLocal(model), await serveLocal(other)] as const
    const sdks = [sdkFor(servers[0].url), sdkFor(servers[1].url, OTHER_REGION)] as const
    world = {
      client: clientOf(sdks[0]),
      functionArn: FUNCTION,
      otherRegion: { region: OTHER_REGION, client: clientOf(sdks[1]) },
    }
    stop = async () => {
      for (const sdk of sdks) sdk.destroy()
      for (const server of servers) await server.close()
    }
  })
  afterAll(() => stop())
  runAll(() => {
    if (world === undefined) throw new Error('the server is not up')
    return world
  })
})

// Another emulator, or AWS itself: QUARTERTURN_CASES_FUNCTION_ARN names a function there that takes minutes to answer.
const endpoint = process.env['QUARTERTURN_CASES_ENDPOINT']
if (endpoint !== undefined)
  describe(`another endpoint, ${endpoint}:`, () => {
    const functionArn = process.env['QUARTERTURN_CASES_FUNCTION_ARN']
    const client = clientOf(sdkFor(endpoint))
    runAll(() => (functionArn === undefined ? { client } : { client, functionArn }))
  })

describe('the list', () => {
  test('names each case once, and a source for it', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
    for (const { fact } of CASES) {
      expect(fact.section).toMatch(/^\d(\.\d)?$/)
      expect(fact.page).toMatch(/^https:\/\/(docs\.aws\.amazon\.com|github\.com)\//)
    }
  })
})
