import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Who a server runs as. PostgreSQL refuses to run as root, so root needs another account for it. */
export type ServerAccount =
  | { readonly kind: 'own' }
  | { readonly kind: 'system'; readonly uid: number; readonly gid: number; readonly added: boolean }

let found: Promise<ServerAccount> | undefined

/**
 * The account that servers run as: this process's own, or for root the system account `postgres`, which is added
 * when it is missing and stays afterwards. `added` is true for the process that added it.
 */
export function serverAccount(): Promise<ServerAccount> {
  found ??= find()
  return found
}

async function find(): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return { kind: 'own' }
  const present = await lookUp()
  if (present !== undefined) return { kind: 'system', ...present, added: false }
  // Several test processes may come here at once: whoever loses finds the winner's account.
  const failure = await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']).then(
    () => undefined,
    (error: unknown) => error,
  )
  const added = await lookUp()
  if (added === undefined)
    throw new Error('the system account `postgres` could not be added', { cause: failure })
  return { kind: 'system', ...added, added: failure === undefined }
}

async function lookUp(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}
