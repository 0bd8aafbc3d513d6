/** EventBridge as far as evidence needs it: takes what PutEvents sends. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as z from 'zod'

/** What the tests look at, and all the rest. */
const Detail = z.looseObject({
  versionId: z.string(),
  oldCredential: z.unknown(),
  retiredAt: z.string().optional(),
})

const Put = z.object({
  Entries: z.array(
    z.object({
      EventBusName: z.string(),
      Source: z.string(),
      DetailType: z.string(),
      Resources: z.array(z.string()),
      Detail: z.string().transform((detail) => Detail.parse(JSON.parse(detail))),
    }),
  ),
})

export type BusEntry = z.output<typeof Put>['Entries'][number]

export interface Bus {
  readonly url: string
  /** What was taken, in order. */
  readonly entries: readonly BusEntry[]
  close(): Promise<void>
}

export async function serveBus(): Promise<Bus> {
  const entries: BusEntry[] = []
  const server = createServer(async (request, response) => {
    const put = Put.safeParse(JSON.parse(await text(request)))
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents' || !put.success)
      return void response.writeHead(400).end('{"__type":"ValidationException"}')
    entries.push(...put.data.Entries)
    const taken = put.data.Entries.map((_, at) => ({ EventId: String(entries.length + at) }))
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ FailedEntryCount: 0, Entries: taken }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    entries,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
