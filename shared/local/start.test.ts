import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, test } from 'vitest'
import type { StepEnded } from './index.ts'
import { createAndRotate, open, rotation, start, storedIn, VALUE } from './test-local.ts'

describe('a rotation function', () => {
  test('in code rotates a secret, and each step is told', async () => {
    const steps: StepEnded[] = []
    const { local, client } = await start({
      functions: { rotate: (event) => rotation(() => local)(event) },
      onStep: (step) => steps.push(step),
    })
    await createAndRotate(local, client, 'rotate')
    await local.settled()
    expect(await storedIn(client, 'db')).toBe('rotated')
    expect(steps.map(({ step, failure }) => [step, failure])).toEqual(
      ['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((step) => [step, undefined]),
    )
  })

  test('gets the context that Lambda gives', async () => {
    const { local } = await start({ functions: { who: (_event, context) => context } })
    const response = await fetch(`${local.url}/2015-03-31/functions/who/invocations`, { method: 'POST' })
    expect(await response.json()).toMatchObject({
      functionName: 'who',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:who',
    })
  })

  test('that throws is told without the value of the secret, in any form that holds it', async () => {
    const steps: StepEnded[] = []
    const throws = () => {
      throw new Error(`no login with ${VALUE} at ${encodeURIComponent(VALUE)}`)
    }
    const { local, client } = await start({ functions: { throws }, onStep: (step) => steps.push(step) })
    await createAndRotate(local, client, 'throws')
    await local.settled()
    expect(steps[0]?.failure).toBe('Error: no login with [redacted] at [redacted]')
  })
})

describe('a function behind a URL', () => {
  const answering = async (status: number, body: string, headers: Record<string, string> = {}) => {
    const seen: { path: string | undefined; body: string }[] = []
    const server = createServer(async (asked, response) => {
      let text = ''
      for await (const chunk of asked) text += chunk
      seen.push({ path: asked.url, body: text })
      response.writeHead(status, headers).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(server)
    return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), seen }
  }

  const outcomeOf = async (url: URL) => {
    const steps: StepEnded[] = []
    const { local, client } = await start({ functions: { remote: url }, onStep: (step) => steps.push(step) })
    await createAndRotate(local, client, 'remote')
    await local.settled()
    return steps[0]?.failure ?? 'passed'
  }

  test('is asked at the path of Lambda, with the event of Secrets Manager', async () => {
    const { url, seen } = await answering(200, 'null')
    expect(await outcomeOf(url)).toBe('passed')
    expect(seen[0]?.path).toBe('/2015-03-31/functions/remote/invocations')
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      Step: 'createSecret',
      SecretId: expect.stringMatching(/^arn:aws:secretsmanager:.*:secret:db-/),
      ClientRequestToken: expect.any(String),
      RotationToken: expect.any(String),
    })
  })

  test('with a path is asked there', async () => {
    const { url, seen } = await answering(200, '{}')
    await outcomeOf(new URL('/2015-03-31/functions/function/invocations', url))
    expect(seen[0]?.path).toBe('/2015-03-31/functions/function/invocations')
  })

  const error = '{"errorType":"KeyError","errorMessage":"no host"}'
  test.each<[string, number, string, Record<string, string>, RegExp]>([
    ['an error of the function', 200, error, { 'x-amz-function-error': 'Unhandled' }, /^KeyError: no host$/],
    ['an error by its body alone, as from the emulator', 200, error, {}, /^KeyError: no host$/],
    ['an error by its header alone', 200, 'null', { 'x-amz-function-error': 'Unhandled' }, /^Unhandled: /],
    ['nothing, as from a process that ended', 200, '', {}, /answered with nothing/],
    ['no JSON', 200, 'Task timed out after 3.00 seconds', {}, /answered with no JSON/],
    ['another status', 404, '{}', {}, /answered with status 404/],
    ['somewhere else', 302, '', { location: 'http://example.com/' }, /answered with status 302/],
  ])('that answers %s has failed', async (_what, status, body, headers, failure) => {
    const { url } = await answering(status, body, headers)
    expect(await outcomeOf(url)).toMatch(failure)
  })

  test('that is not there has failed', async () => {
    const { url } = await answering(200, 'null')
    await new Promise((resolve) => (open.pop() as ReturnType<typeof createServer>).close(resolve))
    expect(await outcomeOf(url)).toMatch(/^Unreachable: No function answers at .* \(ECONNREFUSED\)/)
  })
})

describe('the page with the state', () => {
  test('shows every secret and no value', async () => {
    const { local, client } = await start()
    await client.send(
      new CreateSecretCommand({ Name: 'db', SecretString: VALUE, Tags: [{ Key: 'team', Value: 'red' }] }),
    )
    const text = await (await fetch(`${local.url}/_quarterturn/state`)).text()
    expect(JSON.parse(text)).toMatchObject([
      { name: 'db', tags: { team: 'red' }, versions: [{ labels: ['AWSCURRENT'], holds: 'string' }] },
    ])
    expect(text).not.toContain(VALUE)
  })

  test.each([
    ['a web page', { origin: 'https://example.com' }],
    ['a name that leads here from outside', { host: 'example.com' }],
  ])('is not for %s', async (_what, headers) => {
    const { local } = await start()
    const status = await new Promise((resolve, reject) => {
      request(`${local.url}/_quarterturn/state`, { headers }, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  })
})
