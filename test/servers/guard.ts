import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Removes a server and its folder when the process that started them is gone, however it ended: SIGKILL included.
 *
 * The guard is a detached `sh` that makes the folder and then reads a pipe whose other end only this process
 * holds. End of file means that nobody wants the server any more. Cleaning up after a normal stop goes the same
 * way, so every test that ends is also a test of the guard.
 */
export interface Guard {
  /** Made by the guard, so there is no moment in which the folder exists and nobody would remove it. */
  readonly folder: string
  /** Ends what runs in the folder and removes it; resolves when both are gone. A repeat does nothing. */
  release(): Promise<void>
}

/**
 * A parent that is gone before it could read `ready` must not end the guard, hence no SIGPIPE.
 * The pid file says how its process wants to be ended: `INT` lets PostgreSQL shut down in order, `KILL` is for
 * programs whose result is thrown away. The folder is renamed before the pid is read: a program started through
 * {@link guarded} either wrote its pid before that, or can no longer write it and does not start.
 * The command line is compared so that a pid which the system has given to somebody else is left alone; that of a
 * zombie is empty, and where there is no /proc `kill -0` has to do.
 */
const SCRIPT = `
folder=$1
trap '' PIPE HUP
mkdir "$folder" || exit 1
echo ready
cat >/dev/null
mv "$folder" "$folder.gone"
alive() {
  if [ -d /proc/self ]; then grep -qaF -- "$folder" "/proc/$1/cmdline" 2>/dev/null
  else kill -0 "$1" 2>/dev/null; fi
}
if read -r pid signal 2>/dev/null <"$folder.gone/running.pid"; then
  waited=0
  while alive "$pid"; do
    case $waited in
      0) kill -s "$signal" -- "-$pid" 2>/dev/null ;;
      60) kill -s QUIT -- "-$pid" 2>/dev/null ;;
      120) kill -s KILL -- "-$pid" 2>/dev/null ;;
      200) break ;;
    esac
    sleep 0.05
    waited=$((waited + 1))
  done
fi
tries=0
while [ -e "$folder" ] || [ -e "$folder.gone" ]; do
  rm -rf "$folder" "$folder.gone" 2>/dev/null
  tries=$((tries + 1))
  [ "$tries" -gt 40 ] && exit 1
  sleep 0.05
done
`

/** Starts the guard for a folder that does not exist yet; its parent does. Rejects when the folder cannot be made. */
export async function startGuard(folder: string): Promise<Guard> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'quarterturn-guard', folder], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: '/',
  })
  const ended = once(child, 'exit')
  const ready = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)])
  if (!ready) throw new Error(`the guard could not make the folder ${folder}`)
  child.stdout.destroy()
  child.stdin.on('error', () => {})
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return {
    folder,
    async release() {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}

export interface GuardedProgram {
  readonly guard: Guard
  /** How the guard ends it. */
  readonly endWith: 'INT' | 'TERM' | 'KILL'
  readonly command: readonly [string, ...string[]]
  /** File descriptor for both outputs. */
  readonly output: number
  readonly account: { readonly uid: number; readonly gid: number } | undefined
}

/** Starts a program that the guard ends with its parent. It runs in a process group of its own: Ctrl-C is for us. */
export function guarded({ guard, endWith, command, output, account }: GuardedProgram): ChildProcess {
  const record = `echo "$$ ${endWith}" >"$1/running.pid" && shift && exec "$@"`
  return spawn('/bin/sh', ['-c', record, 'sh', guard.folder, ...command], {
    ...account,
    detached: true,
    stdio: ['ignore', output, output],
    cwd: guard.folder,
    // Nothing of PG*, LD_* or LC_* may change what the server does.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: guard.folder, LC_ALL: 'C', TZ: 'UTC' },
  })
}
