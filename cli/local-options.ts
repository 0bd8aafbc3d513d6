import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type LocalSetup, parseSetup, SetupError, type VisibilityDelay } from '../shared/local/index.ts'
import { argumentProblem, Problem } from './problem.ts'

export const LOCAL = 'quarterturn local'

/** Code in a module, or a URL where somebody serves it. */
export type FunctionPlace =
  | { readonly name: string; readonly url: URL }
  | { readonly name: string; readonly module: URL; readonly exported: string; readonly shown: string }

export interface LocalOptions {
  readonly port: number | undefined
  readonly functions: readonly FunctionPlace[]
  readonly dataFile: string | undefined
  readonly setupFile: string | undefined
  readonly setup: LocalSetup | undefined
  readonly seed: number
  readonly isCalm: boolean
  /** The first is the default one. */
  readonly accounts: readonly [string, ...string[]]
  readonly region: string
  readonly enforcesRates: boolean
  readonly anyCredentials: boolean
  readonly visibility: VisibilityDelay | undefined
}

/** The options, checked; `undefined` where help is asked for. Throws {@link Problem} that names the option. */
export function parseLocal(args: readonly string[], cwd: string): LocalOptions | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const reads = wholeNumber('--delay-reads', values['delay-reads'], 0, 1_000_000)
  const ms = wholeNumber('--delay-ms', values['delay-ms'], 0, 86_400_000)
  const functions = values.function.map((given) => functionPlace(given, cwd))
  const twice = functions.find(({ name }, at) => functions.findIndex((other) => other.name === name) !== at)
  if (twice !== undefined) throw wrong(`--function ${twice.name} is given twice; leave one out`)
  const [first = '', ...more] = values.account
  const setupFile =
    values.setup === undefined ? undefined : resolve(cwd, nonEmpty('--setup', values.setup, 'a file'))
  return {
    port: wholeNumber('--port', values.port, 1, 65_535),
    functions,
    dataFile: values.data === undefined ? undefined : resolve(cwd, nonEmpty('--data', values.data, 'a file')),
    setupFile,
    setup: setupFile === undefined ? undefined : setupIn(setupFile),
    seed: wholeNumber('--seed', values.seed, 0, 0xffff_ffff) ?? 1,
    isCalm: values.calm,
    accounts: [accountOf(first), ...more.map(accountOf)],
    region: matching('--region', values.region, /^[a-z]{2}(-[a-z]+)+-\d$/, 'is a Region, such as eu-west-1'),
    enforcesRates: values.quotas,
    anyCredentials: values['any-credentials'],
    visibility:
      reads === undefined && ms === undefined
        ? undefined
        : { ...(reads === undefined ? {} : { reads }), ...(ms === undefined ? {} : { ms }) },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        function: { type: 'string', multiple: true, default: [] },
        data: { type: 'string' },
        setup: { type: 'string' },
        seed: { type: 'string' },
        calm: { type: 'boolean', default: false },
        account: { type: 'string', multiple: true, default: ['111122223333'] },
        quotas: { type: 'boolean', default: false },
        'any-credentials': { type: 'boolean', default: false },
        region: { type: 'string', default: 'eu-west-1' },
        'delay-reads': { type: 'string' },
        'delay-ms': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw argumentProblem(error, LOCAL)
  }
}

const wrong = (message: string) => new Problem(message, 2, LOCAL)

function wholeNumber(option: string, given: string | undefined, least: number, most: number) {
  if (given === undefined) return undefined
  const number = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN
  if (number >= least && number <= most) return number
  throw wrong(`${option} \`${given}\` is no whole number from ${least} to ${most}; give one`)
}

const accountOf = (given: string): string =>
  matching('--account', given, /^\d{12}$/, 'has 12 digits, such as 111122223333')

function matching(option: string, given: string, pattern: RegExp, rule: string): string {
  if (pattern.test(given)) return given
  throw wrong(`${option} \`${given}\` is not right; it ${rule}`)
}

function nonEmpty(option: string, given: string, what: string): string {
  if (given !== '') return given
  throw wrong(`${option} is empty; give ${what}`)
}

const FORM = 'NAME=path/to/module.mjs or NAME=http://127.0.0.1:9000'

function functionPlace(given: string, cwd: string): FunctionPlace {
  const [, name, where] = /^([^=]*)=(.+)$/s.exec(given) ?? []
  if (name === undefined || where === undefined)
    throw wrong(`--function \`${given}\` is not ${FORM}; give one of them`)
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw wrong(`--function ${given}: \`${name}\` is no name; give up to 64 letters, digits, - and _`)
  return /^[a-z]+:\/\//i.test(where) ? { name, url: loopback(name, where) } : modulePlace(name, where, cwd)
}

/** A rotation event is worth something to others, so it does not leave the machine. */
function loopback(name: string, where: string): URL {
  const refused = (problem: string) => wrong(`--function ${name}: ${problem}`)
  const url = URL.canParse(where) ? new URL(where) : undefined
  // What is wrong may hold a password, so it is not repeated.
  if (url === undefined || url.username !== '' || url.password !== '')
    throw refused(
      url === undefined
        ? 'its URL cannot be read; give one such as http://127.0.0.1:9000'
        : 'its URL has a user name or password, which nothing would ask for; leave that out',
    )
  if (url.protocol !== 'http:')
    throw refused(`its URL begins with ${url.protocol}//; give one such as http://127.0.0.1:9000`)
  if (/[\s#\\]/.test(where))
    throw refused('its URL has a space, a backslash or a `#`, which would not be sent; leave that out')
  if (url.port === '0') throw refused('nothing answers on port 0; give the port of the function')
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) return url
  throw refused(`${url.hostname} is another machine; give one on 127.0.0.1 or localhost`)
}

function modulePlace(name: string, where: string, cwd: string): FunctionPlace {
  const [, path = where, exported = 'handler'] = /^(.+)#([A-Za-z_$][\w$]*)$/.exec(where) ?? []
  const file = resolve(cwd, path)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new Problem(
      `--function ${name}: ${path} is no file; give a module, or start a URL with http://`,
      1,
      LOCAL,
    )
  return { name, module: pathToFileURL(file), exported, shown: path }
}

function setupIn(file: string): LocalSetup {
  const refused = (problem: string) => new Problem(`--setup ${file}: ${problem}`, 1, LOCAL)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw refused(`it cannot be read (${(error as NodeJS.ErrnoException).code}); give a file`)
  }
  try {
    return parseSetup(JSON.parse(text))
  } catch (error) {
    if (error instanceof SetupError) throw refused(`${error.message}; mend it`)
    throw refused('it is no JSON; mend it')
  }
}
