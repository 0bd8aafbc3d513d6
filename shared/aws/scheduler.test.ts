import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClock, LocalScheduler } from '../local/index.ts'
import { createLazyScheduler } from './clients.ts'
import type { Schedule } from './scheduler-port.ts'

let server: Server
const paths: string[] = []

/** EventBridge Scheduler's REST paths over the local one: API reference, CreateSchedule, GetSchedule, DeleteSchedule. */
beforeEach(async () => {
  paths.length = 0
  const local = new LocalScheduler(createClock(0))
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://local')
    paths.push(`${request.method} ${pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`)
    const body = await text(request)
    const key = { Name: pathname.split('/').at(-1) ?? '', GroupName: searchParams.get('groupName') ?? '' }
    try {
      const answer =
        request.method === 'POST'
          ? await local.createSchedule({ ...(JSON.parse(body) as Schedule), Name: key.Name })
          : request.method === 'GET'
            ? await local.getSchedule(key)
            : await local.deleteSchedule(key)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    } catch (error) {
      const name = error instanceof Error ? error.name : 'InternalServerException'
      const status = name === 'ConflictException' ? 409 : 404
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name })
        .end(JSON.stringify({ Message: name }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL_SCHEDULER', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
})
afterEach(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})

const schedule: Schedule = {
  Name: 'quarterturn-1',
  GroupName: 'rotation',
  ScheduleExpression: 'at(2026-11-23T12:00:00)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  ActionAfterCompletion: 'NONE',
  Description: 'Retires',
  Target: { Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotate', RoleArn: 'role', Input: '{}' },
}
const key = { Name: schedule.Name, GroupName: schedule.GroupName }

describe('EventBridge Scheduler', () => {
  test('takes a one-time schedule, gives it back, and deletes it', async () => {
    const scheduler = createLazyScheduler()
    await scheduler.createSchedule(schedule)
    expect(await scheduler.getSchedule(key)).toMatchObject({
      ScheduleExpression: schedule.ScheduleExpression,
      Target: { Input: '{}' },
    })
    await scheduler.deleteSchedule(key)
    expect(paths.map((path) => path.split('?')[0])).toEqual([
      'POST /schedules/quarterturn-1',
      'GET /schedules/quarterturn-1',
      'DELETE /schedules/quarterturn-1',
    ])
  })

  test("keeps AWS's own error names", async () => {
    const scheduler = createLazyScheduler()
    await expect(scheduler.getSchedule(key)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await scheduler.createSchedule(schedule)
    await expect(scheduler.createSchedule(schedule)).rejects.toMatchObject({ name: 'ConflictException' })
  })
})
