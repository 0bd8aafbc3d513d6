import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'

interface StoredVersion {
  value: string | undefined
  labels: string[]
  readonly createdAt: number
}

/** Answers instead of the service: a status and a body. */
export type Refusal = readonly [status: number, body: object]

/**
 * Just enough of Secrets Manager and EventBridge for one rotation: one secret, no rules of its own. What the model in
 * `shared/local` does right, this does by being told, so that a leak cannot hide behind a call that the model refuses.
 */
export interface FakeAws {
  readonly endpoint: string
  readonly versions: Map<string, StoredVersion>
  /** Everything that EventBridge was sent. */
  readonly events: string[]
  /** Called before each operation; what it answers replaces the answer. */
  refuse: (operation: string, body: Record<string, unknown>) => Refusal | undefined
  stop(): Promise<void>
}

export async function startFakeAws(secretArn: string, functionArn: string): Promise<FakeAws> {
  const versions = new Map<string, StoredVersion>()
  const events: string[] = []
  const operations: Record<string, (body: Record<string, unknown>) => Refusal> = {
    DescribeSecret: () => [
      200,
      {
        ARN: secretArn,
        Name: 'canary',
        RotationEnabled: true,
        RotationLambdaARN: functionArn,
        VersionIdsToStages: Object.fromEntries(
          [...versions].filter(([, { labels }]) => labels.length > 0).map(([id, { labels }]) => [id, labels]),
        ),
      },
    ],
    GetSecretValue: ({ VersionId, VersionStage = 'AWSCURRENT' }) => {
      const found = [...versions].find(([id, { labels }]) =>
        VersionId === undefined ? labels.includes(String(VersionStage)) : id === VersionId,
      )
      if (found?.[1].value === undefined) return error('ResourceNotFoundException', 'no such secret value')
      const [id, { value, labels, createdAt }] = found
      return [
        200,
        {
          ARN: secretArn,
          VersionId: id,
          VersionStages: labels,
          SecretString: value,
          CreatedDate: createdAt / 1_000,
        },
      ]
    },
    PutSecretValue: ({ ClientRequestToken, SecretString, VersionStages }) => {
      const id = String(ClientRequestToken)
      const labels = Array.isArray(VersionStages) ? VersionStages.map(String) : ['AWSCURRENT']
      versions.set(id, { value: String(SecretString), labels, createdAt: Date.now() })
      return [200, { ARN: secretArn, VersionId: id }]
    },
    UpdateSecretVersionStage: ({ VersionStage, MoveToVersionId }) => {
      const label = String(VersionStage)
      const holder = [...versions].find(([, { labels }]) => labels.includes(label))?.[0]
      for (const [id, version] of versions) {
        const others = version.labels.filter((one) => one !== label)
        const isOvertaken = label === 'AWSCURRENT' && holder !== MoveToVersionId
        version.labels = isOvertaken ? others.filter((one) => one !== 'AWSPREVIOUS') : others
        if (id === holder && isOvertaken) version.labels.push('AWSPREVIOUS')
        if (id === MoveToVersionId) version.labels.push(label)
      }
      return [200, { ARN: secretArn, Name: 'canary' }]
    },
    PutEvents: (body) => {
      events.push(JSON.stringify(body))
      return [200, { FailedEntryCount: 0, Entries: [{ EventId: '1' }] }]
    },
  }

  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const body: Record<string, unknown> = JSON.parse(await text(request))
    const [status, answer] =
      fake.refuse(operation, body) ?? operations[operation]?.(body) ?? error('InvalidAction', operation)
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request' })
      .end(JSON.stringify(answer))
  })
  const fake: FakeAws = {
    endpoint: await listen(server),
    versions,
    events,
    refuse: () => undefined,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

export const error = (name: string, message: string): Refusal => [400, { __type: name, message }]

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}
