import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Strategy } from '../../provider/contract.ts'
import { found } from './leaks.ts'
import { SWITCHES } from './switches.ts'

/** Compiled, the child is JavaScript beside this file. */
const CHILD = ['./loud-child.ts', './loud-child.js']
  .map((name) => new URL(name, import.meta.url))
  .find((url) => existsSync(url))

/**
 * All sorts of rotations in a process that had every switch on when it loaded the provider. Answers what is broken.
 * Rejects when the process does not come to its end.
 */
export async function leaksLoudly(
  module: URL,
  strategy: Strategy,
  more: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (CHILD === undefined) throw new Error('the package is not whole: loud-child is missing')
  const child = spawn(process.execPath, [fileURLToPath(CHILD), module.href, strategy], {
    env: { ...process.env, ...SWITCHES, ...more },
    // What to search for comes by a pipe of its own: Node would print what it sends to a parent as a message.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  let printed = ''
  const keep = (chunk: Buffer): void => {
    printed += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  let told = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const [code] = await once(child, 'close')
  const canaries = told.split('\n').filter(Boolean).map(decodeURIComponent)
  if (found(printed, canaries) > 0)
    return 'never leaks: a credential or token is printed when debug switches are on'
  if (code !== 0 || canaries.length === 0)
    throw new Error(`the process with every switch on ended with ${code}: ${lastWords(printed)}`)
  return undefined
}

const lastWords = (printed: string): string => printed.trimEnd().split('\n').slice(-5).join(' | ').slice(-500)
