import { inspect } from 'node:util'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const

/** Everything that is printed while it is open: by `console`, and to stdout and stderr. It is printed all the same. */
export interface Capture {
  readonly text: string
  end(): void
}

const open = new Set<string[]>()
let restore: (() => void)[] = []

/** Several may be open at a time; each has what was printed since it began, by whomever. */
export function capture(): Capture {
  const printed: string[] = []
  if (open.size === 0) listen()
  open.add(printed)
  return {
    get text() {
      return printed.join('\n')
    },
    end() {
      if (!open.delete(printed) || open.size > 0) return
      for (const one of restore) one()
      restore = []
    },
  }
}

function keep(text: string): void {
  for (const printed of open) printed.push(text)
}

function listen(): void {
  for (const method of METHODS) {
    const original = Reflect.get(console, method)
    Reflect.set(console, method, (...args: unknown[]) => {
      for (const arg of args) keep(typeof arg === 'string' ? arg : inspect(arg, { depth: 20 }))
      return Reflect.apply(original, console, args)
    })
    restore.push(() => Reflect.set(console, method, original))
  }
  for (const stream of [process.stdout, process.stderr]) {
    const original = stream.write
    Reflect.set(stream, 'write', (...args: unknown[]) => {
      const [chunk] = args
      keep(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk))
      return Reflect.apply(original, stream, args)
    })
    restore.push(() => Reflect.set(stream, 'write', original))
  }
}
