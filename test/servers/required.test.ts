import { expect, test } from 'vitest'
import { isUnavailable } from './binaries.ts'
import { findServers, requiresAllServers } from './required.ts'

for (const server of await findServers()) {
  const isMissing = isUnavailable(server)
  test.skipIf(isMissing && !requiresAllServers(process.env))(
    isMissing
      ? `${server.name} is missing: ${server.unavailable}`
      : `${server.name} is here: ${server.version}`,
    () => {
      expect(isMissing ? server.unavailable : '').toBe('')
    },
  )
}

test('only the value `all` makes a missing server a failure', () => {
  expect(requiresAllServers({ QUARTERTURN_REQUIRE_SERVERS: 'all' })).toBe(true)
  expect(requiresAllServers({ QUARTERTURN_REQUIRE_SERVERS: 'some' })).toBe(false)
  expect(requiresAllServers({})).toBe(false)
})
