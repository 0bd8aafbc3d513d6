#!/usr/bin/env node
// Plain JavaScript, since an older Node cannot load TypeScript and would fail with an error that names the wrong cause.
// A checkout has the source beside it, the packed package what was built from it.
import { existsSync } from 'node:fs'

const MINIMUM = 24

if (Number.parseInt(process.versions.node, 10) < MINIMUM) {
  process.stderr.write(
    `quarterturn needs Node ${MINIMUM} or newer, and this is ${process.versions.node}; ` +
      `install Node ${MINIMUM}, or put it first on the PATH.\n`,
  )
  process.exit(1)
}

const source = new URL('./main.ts', import.meta.url)
const built = new URL('../dist/lib/cli/main.js', import.meta.url)
const { main } = await import(existsSync(source) ? source.href : built.href)
const status = await main(process.argv.slice(2), {
  root: new URL('../', import.meta.url),
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
})
// Code of a user's function may hold something open for good, such as a pool. What was written leaves first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(status)))
