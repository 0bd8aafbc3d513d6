import { inspect } from 'node:util'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const

let captures = 0

/**
 * Runs `work` and answers everything that was printed meanwhile: by `console`, and to stdout and stderr. It is printed
 * all the same. One at a time; a second one rejects.
 */
export async function printedDuring(work: () => Promise<void>): Promise<string> {
  if (captures > 0) throw new Error('output is captured already')
  captures += 1
  const printed: string[] = []
  const undo: (() => void)[] = []
  for (const method of METHODS) {
    const original = Reflect.get(console, method)
    Reflect.set(console, method, (...args: unknown[]) => {
      printed.push(...args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg, { depth: 20 }))))
      return Reflect.apply(original, console, args)
    })
    undo.push(() => Reflect.set(console, method, original))
  }
  for (const stream of [process.stdout, process.stderr]) {
    const original = stream.write
    Reflect.set(stream, 'write', (...args: unknown[]) => {
      const [chunk] = args
      printed.push(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk))
      return Reflect.apply(original, stream, args)
    })
    undo.push(() => Reflect.set(stream, 'write', original))
  }
  try {
    await work()
  } finally {
    for (const one of undo) one()
    captures -= 1
  }
  return printed.join('\n')
}
