import { once } from 'node:events'
import { chmod, cp, mkdir, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ServerAccount } from './account.ts'
import type { PostgresBinaries } from './binaries.ts'

/** Where server folders go: the system's temporary folder, or /tmp where the server's account cannot enter that. */
export async function parentFolder(account: ServerAccount): Promise<string> {
  return account.kind === 'own' || (await isOpen(tmpdir())) ? tmpdir() : '/tmp'
}

/** The programs, copied into the server's folder where its account cannot reach them: a checkout in a private home. */
export async function reachable(
  found: PostgresBinaries,
  account: ServerAccount,
  folder: string,
): Promise<Pick<PostgresBinaries, 'initdb' | 'postgres'>> {
  if (account.kind === 'own' || (await isOpen(found.postgres))) return found
  const copy = join(folder, 'native')
  await mkdir(copy)
  await cp(found.root, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  return {
    initdb: found.initdb.replace(found.root, copy),
    postgres: found.postgres.replace(found.root, copy),
  }
}

/** A loopback port that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no address')
  return address.port
}

/** Whether everybody may pass through every folder up to the root. */
export async function isOpen(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}
