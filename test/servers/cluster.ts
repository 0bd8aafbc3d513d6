import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chown, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerAccount } from './account.ts'
import type { PostgresBinaries } from './binaries.ts'
import type { Certificate } from './certificates.ts'
import { type Guard, guarded } from './guard.ts'
import { reachable } from './place.ts'

export const SUPERUSER = 'postgres'

/** The files of one server and the process on them. What is written counts from the next start or reload. */
export interface Cluster {
  readonly dataFolder: string
  log(): Promise<string>
  writeCertificate(certificate: Certificate): Promise<void>
  /** `lines` come before the ones that let everybody in by SCRAM. */
  writeHba(lines: readonly string[]): Promise<void>
  writeSettings(settings: Readonly<Record<string, string>>): Promise<void>
  /** Resolves when the server takes connections: true; false when the port is taken. Rejects when it does not start. */
  launch(port: number): Promise<boolean>
  /** Ends the process and waits for that; without one it does nothing. */
  halt(mode: 'fast' | 'immediate'): Promise<void>
  /** After the guard was released. */
  close(): Promise<void>
}

/** Makes a data folder inside the guard's. Rejects when `initdb` fails. */
export async function createCluster(
  found: PostgresBinaries,
  account: ServerAccount,
  guard: Guard,
  password: string,
): Promise<Cluster> {
  const { folder } = guard
  const dataFolder = join(folder, 'data')
  const logFile = join(folder, 'server.log')
  const owner = account.kind === 'system' ? { uid: account.uid, gid: account.gid } : undefined
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid)
  const put = async (name: string, content: string) => {
    const file = join(folder, name)
    await writeFile(file, content, { mode: 0o600 })
    if (owner !== undefined) await chown(file, owner.uid, owner.gid)
    return file
  }
  const { initdb, postgres } = await reachable(found, account, folder)
  const log = await open(logFile, 'a', 0o600)
  const run = (endWith: 'INT' | 'KILL', command: readonly [string, ...string[]]) =>
    guarded({ guard, endWith, command, output: log.fd, account: owner })

  const passwordFile = await put('superuser', `${password}\n`)
  const init = run('KILL', [
    initdb,
    `--pgdata=${dataFolder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ])
  const [code] = await once(init, 'exit')
  if (code !== 0) throw new Error(`initdb ended with ${code}`)
  await rm(passwordFile)
  await writeFile(join(dataFolder, 'postgresql.conf'), `include '${join(folder, 'quarterturn.conf')}'\n`)

  const base: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    hba_file: join(folder, 'pg_hba.conf'),
    ssl_cert_file: join(folder, 'server.crt'),
    ssl_key_file: join(folder, 'server.key'),
    password_encryption: 'scram-sha-256',
    fsync: 'off',
    full_page_writes: 'off',
    jit: 'off',
    shared_buffers: '16MB',
    max_connections: '50',
    logging_collector: 'off',
  }
  let child: ChildProcess | undefined
  return {
    dataFolder,
    log: () => readFile(logFile, 'utf8'),
    async writeCertificate({ cert, key }) {
      await put('server.crt', cert)
      await put('server.key', key)
    },
    async writeHba(lines) {
      // The superuser of the tests gets in whatever they do to the other lines.
      const own = `host all ${SUPERUSER} 127.0.0.1/32 scram-sha-256`
      await put('pg_hba.conf', [own, ...lines, 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n'))
    },
    async writeSettings(settings) {
      const lines = Object.entries({ ...base, ...settings })
      await put(
        'quarterturn.conf',
        lines.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`).join(''),
      )
    },
    async launch(port) {
      const offset = (await stat(logFile)).size
      const started = run('INT', [postgres, '-D', dataFolder, '-p', String(port)])
      const ended = once(started, 'exit').then(() => false)
      const isReady = async () => {
        // After a crash the file of the former server may still be there.
        const lines = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
        return lines[0] === String(started.pid) && /^(ready|standby)\b/.test(lines[7] ?? '')
      }
      while (!(await isReady())) {
        if (!(await Promise.race([ended, pause(10).then(() => true)]))) {
          const why = (await readFile(logFile, 'utf8')).slice(offset)
          if (why.includes('could not bind')) return false
          throw new Error('the server ended while it started')
        }
      }
      started.unref()
      child = started
      return true
    },
    async halt(mode) {
      if (child === undefined) return
      child.ref()
      const ended = once(child, 'exit')
      child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      child = undefined
      await ended
      await rm(join(folder, 'running.pid'), { force: true })
    },
    close: () => log.close(),
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
