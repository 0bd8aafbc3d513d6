import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What is wrong with a file of state, and what to do. Nothing was changed. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError'
}

/** What in a state cannot be used, by its path; without the value. */
export class StateError extends Error {
  override readonly name = 'StateError'
}

const unusable = (problem: string, remedy = 'mend it or give another file') =>
  new DataFileError(`${problem}; it was left as it is, so ${remedy}`)

const FORMAT = 'quarterturn local state'
const VERSION = 1

/** The lock files of this process: a pid in a file may be a former process's that had the same one. */
const ours = new Set<string>()
/** Also where the process ends by itself. What is left by one that was killed counts for nothing. */
const freeAll = (): void => {
  for (const lock of ours) rmSync(lock, { force: true })
}

/**
 * State in a file that only its owner can read, since it holds secret values in the clear. A write replaces the file
 * in one go, after the new one is safely on the disk, so that a crash leaves the one or the other, whole. A lock file
 * beside it keeps a second process off.
 */
export class DataFile {
  readonly #path: string
  readonly #lock: string

  private constructor(path: string) {
    this.#path = path
    this.#lock = `${path}.lock`
  }

  /** Takes the file for this process. Throws {@link DataFileError} when another has it, or there is no such folder. */
  static open(path: string): DataFile {
    const file = new DataFile(placeOf(path))
    file.#takeLock()
    return file
  }

  /**
   * Hands what was last written to `restore`, which throws for what it cannot use; no file, no call. Throws
   * {@link DataFileError} for any other file.
   */
  restore(restore: (state: unknown) => void): void {
    const held = this.#read()
    if (held === undefined) return
    if (held.format !== FORMAT) throw unusable('it holds something else', 'give another file')
    if (held.version !== VERSION)
      throw unusable('another version of Quarterturn wrote it', 'use that one, or give another file')
    try {
      restore(held.state)
    } catch (error) {
      // What is wrong is repeated only where it is sure to be no secret value.
      throw unusable(
        `it is damaged: ${error instanceof StateError ? error.message : 'its state is not complete'}`,
      )
    }
  }

  #read(): Held | undefined {
    try {
      const held: unknown = JSON.parse(readFileSync(this.#path, 'utf8'))
      return typeof held === 'object' && held !== null ? held : {}
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      if (error instanceof SyntaxError) throw unusable('it is damaged: it is no JSON')
      throw new DataFileError(`it cannot be read (${codeOf(error)}); give another file`)
    }
  }

  /** Takes the state as JSON. Throws {@link DataFileError}, with the file as it was, when there is no room. */
  write(state: string): void {
    const next = `${this.#path}.new`
    try {
      rmSync(next, { force: true })
      // `x`: never through a link that somebody put there meanwhile.
      const file = openSync(next, 'wx', 0o600)
      try {
        writeFileSync(file, `{"format":"${FORMAT}","version":${VERSION},"state":${state}}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(next, this.#path)
      syncFolder(dirname(this.#path))
    } catch (error) {
      throw new DataFileError(`it cannot be written (${codeOf(error)})`)
    }
  }

  /** Gives the file free. */
  close(): void {
    if (!ours.delete(this.#lock)) return
    rmSync(this.#lock, { force: true })
    if (ours.size === 0) process.off('exit', freeAll)
  }

  #takeLock(): void {
    for (let tries = 0; tries < 2; tries += 1) {
      try {
        writeFileSync(this.#lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
        if (ours.size === 0) process.once('exit', freeAll)
        ours.add(this.#lock)
        return
      } catch (error) {
        if (codeOf(error) !== 'EEXIST')
          throw new DataFileError(`its folder cannot be written (${codeOf(error)}); give a file elsewhere`)
        const holder = holderOf(this.#lock)
        if (holder !== undefined)
          throw new DataFileError(`process ${holder} uses it; end that one, or remove ${this.#lock}`)
        rmSync(this.#lock, { force: true })
      }
    }
    throw new DataFileError('another process has just taken it')
  }
}

/** A link stays one: what it leads to is replaced. */
function placeOf(path: string): string {
  try {
    const real = realpathSync(path)
    if (!statSync(real).isFile()) throw new DataFileError('it is no file; give one, or the name of a new one')
    return real
  } catch (error) {
    if (error instanceof DataFileError) throw error
  }
  try {
    return join(realpathSync(dirname(path)), basename(path))
  } catch {
    throw new DataFileError(`there is no folder ${dirname(path)}; make it`)
  }
}

/** The process that holds the lock, as long as it runs. */
function holderOf(lock: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10)
    if (!(pid > 0) || (pid === process.pid && !ours.has(lock))) return undefined
    process.kill(pid, 0)
    return pid
  } catch (error) {
    // It runs, and is somebody else's.
    return codeOf(error) === 'EPERM' ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : undefined
  }
}

interface Held {
  readonly format?: unknown
  readonly version?: unknown
  readonly state?: unknown
}

/** A rename is only safe once its folder is. Not every system lets a folder be opened. */
function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch {
    // The file itself is whole either way.
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
