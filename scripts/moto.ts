/**
 * Asks moto for a second opinion on the cases of the local Secrets Manager, and prints where it disagrees with the fact
 * that a case rests on.
 *
 *     python3 -m venv VENV && VENV/bin/pip install 'moto[server]'
 *     node scripts/moto.ts VENV/bin/moto_server [--write]
 *
 * With `--write` the result becomes `docs/local-moto.md`; without, the script fails when that page says otherwise.
 */
import { AssertionError } from 'node:assert'
import { execFileSync, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { CASES, type Case, type CaseWorld, missingFor } from '../shared/local/cases/index.ts'
import { clientOf, sdkFor } from '../shared/local/cases/sdk-client.ts'

const PAGE = join(import.meta.dirname, '..', 'docs', 'local-moto.md')
const OTHER_REGION = 'eu-central-1'
const LONGEST_TEXT = 250
const LONGEST_CASE_MS = 30_000
const LONGEST_START_MS = 30_000

export interface Opinion {
  readonly case: Case
  /** `undefined`: moto agrees. */
  readonly disagrees?: string
  /** Why the case was not run. */
  readonly notRun?: string
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function opinionOn(one: Case, world: CaseWorld): Promise<Opinion> {
  const missing = missingFor(one, world)
  if (missing.length > 0) return { case: one, notRun: `needs a ${missing.join(' and a ')}` }
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), LONGEST_CASE_MS)
  })
  try {
    await Promise.race([one.run(world), tooLong])
    return { case: one }
  } catch (error) {
    return { case: one, disagrees: said(error) }
  } finally {
    clearTimeout(timer)
  }
}

/** On one line, without what changes from run to run. */
function said(error: unknown): string {
  if (error instanceof AssertionError && error.generatedMessage)
    return `${shown(error.actual)} instead of ${shown(error.expected)}`
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (error instanceof AssertionError) return lined(message)
  return name === 'SyntaxError' ? NO_JSON : lined(`${name}: ${message}`)
}

const NO_JSON = 'an answer that is no JSON'

function shown(value: unknown): string {
  if (value === 'SyntaxError') return NO_JSON
  if (value instanceof RegExp) return `\`${lined(String(value))}\``
  // Keys that are ids come in any order.
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  const stable = isRecord ? Object.values(value).map(String).sort() : value
  return `\`${lined(JSON.stringify(stable) ?? 'undefined')}\``
}

function lined(text: string): string {
  const line = text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[A-Za-z0-9]{6}(?![A-Za-z0-9]))?/g, 'ID')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)} …` : line
}

function pageOf(version: string, opinions: readonly Opinion[]): string {
  const run = opinions.filter(({ notRun }) => notRun === undefined)
  const others = run.filter(({ disagrees }) => disagrees !== undefined)
  const notRun = opinions.filter((opinion) => opinion.notRun !== undefined)
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
  return [
    '# A second opinion: moto',
    '',
    '<!-- Made by `node scripts/moto.ts VENV/bin/moto_server --write`. -->',
    '',
    `Every rule of the local Secrets Manager is a case in \`shared/local/cases/\`, with the page that it rests on. The same cases`,
    `were run against ${version}. It agrees with ${run.length - others.length} of ${run.length}; where it does not, the page in`,
    'the last column decides: what AWS documents, or what was seen on AWS.',
    '',
    '| Case | What moto did | Decided by |',
    '| --- | --- | --- |',
    ...others.map(
      ({ case: { name, fact }, disagrees = '' }) =>
        `| ${cell(name)} | ${cell(disagrees)} | [${fact.kind}](${fact.page}) |`,
    ),
    '',
    `${notRun.length} cases were not run, since moto has no function whose steps take longer than a case:`,
    '',
    ...notRun.map((opinion) => `- ${opinion.case.name} (${opinion.notRun})`),
    '',
  ].join('\n')
}

async function main(server: string, writes: boolean): Promise<void> {
  const python = join(dirname(server), 'python3')
  const version = `moto ${execFileSync(python, ['-c', 'import moto; print(moto.__version__)'], { encoding: 'utf8' }).trim()}`
  const port = await freePort()
  const moto = spawn(server, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  // Also where a case ends this process.
  process.once('exit', () => moto.kill())
  try {
    const endpoint = `http://127.0.0.1:${port}`
    await reachable(endpoint)
    const world = {
      client: clientOf(sdkFor(endpoint)),
      otherRegion: { region: OTHER_REGION, client: clientOf(sdkFor(endpoint, OTHER_REGION)) },
    }
    const opinions: Opinion[] = []
    for (const one of CASES) opinions.push(await opinionOn(one, world))
    for (const { case: one, disagrees } of opinions)
      if (disagrees !== undefined)
        console.log(`${one.name}\n  moto: ${disagrees}\n  decided by: ${one.fact.page}`)
    const made = pageOf(version, opinions)
    if (writes) await writeFile(PAGE, made)
    else if ((await readFile(PAGE, 'utf8').catch(() => '')) !== made) {
      console.error('docs/local-moto.md says otherwise. Run this script with --write.')
      process.exitCode = 1
    }
  } finally {
    moto.kill()
  }
}

async function reachable(endpoint: string): Promise<void> {
  for (let leftMs = LONGEST_START_MS; ; leftMs -= 200)
    try {
      await fetch(`${endpoint}/moto-api/data.json`)
      return
    } catch (error) {
      if (leftMs <= 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
}

if (import.meta.main) {
  const [server] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
  if (server === undefined) {
    console.error('Usage: node scripts/moto.ts VENV/bin/moto_server [--write]')
    process.exitCode = 1
  } else await main(server, process.argv.includes('--write'))
}
