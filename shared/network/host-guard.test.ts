import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Connect } from './connect.ts'
import { HostGuard, type HostGuardOptions } from './host-guard.ts'
import { type HostRule, hostEntryOf } from './host-list.ts'

const rulesOf = (hosts: string): readonly HostRule[] => {
  const entry = hosts === '' ? undefined : hostEntryOf(`444455556666=${hosts}`)
  return entry?.[1] ?? []
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'one.db.example.com': ['10.20.0.1', '2001:db8::1'],
  'metadata.db.example.com': ['10.20.0.1', '169.254.169.254'],
  'far.example.net': ['203.0.113.7'],
  'near.example.net': ['10.20.3.4'],
  'straddling.example.net': ['10.20.3.4', '10.21.0.1'],
  'orders.cabc.eu-west-1.rds.amazonaws.com': ['10.0.0.9'],
  'stranger.cxyz.eu-west-1.rds.amazonaws.com': ['10.0.0.9'],
  'loop.cabc.eu-west-1.rds.amazonaws.com': ['127.0.0.1'],
}

function guard(hosts: string, options: Partial<HostGuardOptions> = {}) {
  return new HostGuard({
    rules: rulesOf(hosts),
    allowsLoopback: false,
    isOwn: async (host) => host.endsWith('.cabc.eu-west-1.rds.amazonaws.com'),
    addressesOf: async (host) => {
      const found = NAMES[host]
      if (found !== undefined) return found
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
    },
    ...options,
  })
}

const LISTED = '.db.example.com one.example.org 10.20.0.0/16 192.0.2.5'

describe('a host is allowed', () => {
  test.each([
    ['below a listed suffix', 'one.db.example.com'],
    ['that is listed', 'one.example.org'],
    ['that is a listed address', '192.0.2.5'],
    ['in a listed range', '10.20.255.255'],
    ['whose address is in a listed range', 'near.example.net'],
    ["that RDS names as the account's own", 'orders.cabc.eu-west-1.rds.amazonaws.com'],
    ['whose listed name has no address now', 'gone.db.example.com'],
  ])('%s', async (_why, host) => {
    await expect(guard(LISTED).require(host)).resolves.toBeUndefined()
  })
})

describe('a host is refused', () => {
  const nothing = 'neither an endpoint that RDS names'
  test.each<readonly [why: string, hosts: string, host: string, problem: string]>([
    ['when nothing names it', '', 'far.example.net', nothing],
    ['when it is a server of another account', '', 'stranger.cxyz.eu-west-1.rds.amazonaws.com', nothing],
    ['when it only ends alike', '.db.example.com', 'evildb.example.com', nothing],
    ['when it is the suffix itself', '.db.example.com', 'db.example.com', nothing],
    ['when it is an address that no range has', '10.20.0.0/24', '10.20.1.1', 'outside of the ranges'],
    ['when its address is in no range', LISTED, 'far.example.net', 'outside of the ranges'],
    ['when one of its addresses is in no range', LISTED, 'straddling.example.net', 'outside of the ranges'],
    ['when one of its addresses is metadata', LISTED, 'metadata.db.example.com', 'metadata'],
    ['when its own name leads to this machine', '', 'loop.cabc.eu-west-1.rds.amazonaws.com', 'this machine'],
    ...[
      '127.0.0.1',
      '127.255.255.254',
      '0.0.0.0',
      '169.254.169.254',
      '169.254.170.2',
      '224.0.0.1',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fd00:ec2::254',
      'ff02::1',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b::7f00:1',
    ].map((address) => [`although it is listed: ${address}`, address, address, 'no target has'] as const),
  ])('%s', async (_why, hosts, host, problem) => {
    await expect(guard(hosts).require(host)).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
      retryable: false,
      problem: expect.stringContaining(problem),
    })
  })

  test('when it is metadata, whatever switch is on', async () => {
    const open = guard('169.254.169.254', { allowsLoopback: true })
    await expect(open.require('169.254.169.254')).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
  })

  test('with the error of RDS when RDS cannot be asked', async () => {
    const broken = guard('', { isOwn: () => Promise.reject(new Error('denied')) })
    await expect(broken.require('far.example.net')).rejects.toThrow('denied')
  })
})

describe('a connection', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  async function listen(): Promise<{ port: number; taken: Socket[] }> {
    const taken: Socket[] = []
    const server = createServer((socket) => void taken.push(socket.on('error', () => {})))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, taken }
  }

  const outcomeOf = (connect: Connect, host: string, port: number): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ host, port })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'no code'))
      socket.on('connect', () => {
        socket.destroy()
        resolve('connected')
      })
    })

  test.each(['localhost', '127.0.0.1'])(
    'to %s is made where the switch for tests allows it',
    async (host) => {
      const { port } = await listen()
      const open = new HostGuard({
        rules: rulesOf(host),
        allowsLoopback: true,
        isOwn: async () => false,
      })
      expect(await outcomeOf(open.connect, host, port)).toBe('connected')
    },
  )

  test.each(['localhost', '127.0.0.1'])('to %s is not even begun elsewhere', async (host) => {
    const { port, taken } = await listen()
    const shut = new HostGuard({ rules: rulesOf(host), allowsLoopback: false, isOwn: async () => false })
    expect(await outcomeOf(shut.connect, host, port)).toBe('ERR_HOST_NOT_ALLOWED')
    expect(taken).toEqual([])
  })

  test('goes to the address that was looked at, also when the name has another the next time', async () => {
    const { port, taken } = await listen()
    const answers = [['10.20.0.1'], ['127.0.0.1']]
    const rebinding = guard('.db.example.com', { addressesOf: async () => answers.shift() ?? [] })
    await rebinding.require('one.db.example.com')
    expect(await outcomeOf(rebinding.connect, 'one.db.example.com', port)).toBe('ERR_HOST_NOT_ALLOWED')
    expect(taken).toEqual([])
  })

  test('says so when the name has no address', async () => {
    expect(await outcomeOf(guard(LISTED).connect, 'gone.db.example.com', 1)).toBe('ENOTFOUND')
  })
})
