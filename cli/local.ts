import { CALM, DataFileError, type FunctionSource, type Local, startLocal } from '../shared/local/index.ts'
import type { Command, Surroundings } from './command.ts'
import { LOCAL_HELP } from './local-help.ts'
import { type FunctionPlace, LOCAL, type LocalOptions, parseLocal } from './local-options.ts'
import { environmentLines, eventLine, stateLines, stepLine } from './local-report.ts'
import { Problem } from './problem.ts'

/** How often it is looked whether a schedule is due. */
const TICK_MS = 1000

/** `quarterturn local`: serves until it is told to end. */
export const local: Command = async (args, surroundings) => {
  const options = parseLocal(args, surroundings.cwd)
  if (options === undefined) return surroundings.out(LOCAL_HELP)
  const service = await start(options, surroundings)
  const stopped = untilStopped(service, surroundings)
  try {
    // A module may never end loading.
    const outcome = await Promise.race([
      addFunctions(service, options.functions).then(() => 'ready' as const),
      stopped.then(() => 'stopped' as const),
    ])
    if (outcome === 'stopped') return await finish(service, options, surroundings)
  } catch (error) {
    await service.close()
    throw error
  }
  greet(service, options, surroundings)
  service.aws.onEvent((event) => surroundings.out(eventLine(event)))
  const ticking = setInterval(() => service.aws.runDue(), TICK_MS)
  await stopped
  clearInterval(ticking)
  await finish(service, options, surroundings)
}

async function start(options: LocalOptions, { out, err }: Surroundings): Promise<Local> {
  const { isCalm, dataFile, port, accounts, ...given } = options
  try {
    const service = await startLocal({
      ...given,
      port,
      dataFile,
      accountId: accounts[0],
      functions: {},
      ...(isCalm ? { unpublished: CALM } : {}),
      onStep: (step) => out(stepLine(step)),
      onNotKept: (error) =>
        err(`quarterturn: --data ${dataFile}: ${messageOf(error)}; make room, the next change tries again\n`),
    })
    for (const id of accounts) service.aws.account(id)
    return service
  } catch (error) {
    if (error instanceof DataFileError)
      throw new Problem(`--data ${dataFile}: ${error.message}; it was left as it is`, 1, LOCAL)
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE')
      throw new Problem(`--port ${port} is taken; give another, or none for a free one`, 1, LOCAL)
    if (code === 'EACCES')
      throw new Problem(`--port ${port} is not for you to use; give one from 1024 on`, 1, LOCAL)
    throw error
  }
}

/** The code of a function finds the service by the environment, as on Lambda, so that must stand before it is loaded. */
async function addFunctions(service: Local, places: readonly FunctionPlace[]): Promise<void> {
  Object.assign(process.env, service.environment)
  for (const place of places) {
    service.addFunction(place.name, 'url' in place ? place.url : await load(place))
  }
}

async function load(place: Extract<FunctionPlace, { module: URL }>): Promise<FunctionSource> {
  const { name, module, exported, shown } = place
  const loaded: Record<string, unknown> = await import(module.href).catch((error: unknown) => {
    throw new Problem(`--function ${name}: ${shown} cannot be loaded; mend it: ${messageOf(error)}`, 1, LOCAL)
  })
  const found = loaded[exported] ?? commonJs(loaded['default'], exported)
  if (typeof found === 'function') return found as FunctionSource
  throw new Problem(
    `--function ${name}: ${shown} exports no function \`${exported}\`; name another by ${shown}#name`,
    1,
    LOCAL,
  )
}

/** Names of a CommonJS module are not always seen from outside. */
const commonJs = (exports: unknown, name: string): unknown =>
  typeof exports === 'object' && exports !== null ? Reflect.get(exports, name) : undefined

function greet(
  service: Local,
  { functions, dataFile, seed, isCalm }: LocalOptions,
  { out }: Surroundings,
): void {
  out(`Secrets Manager on ${service.url}${isCalm ? ', calm' : `, seed ${seed}`}\n\n`)
  out(`${environmentLines(service.environment)}\n`)
  for (const { name } of functions) out(`${service.functionArn(name)}\n`)
  if (functions.length === 0) out('No rotation function; add one by --function NAME=WHERE.\n')
  if (dataFile !== undefined) out(`State, secret values in the clear: ${dataFile}\n`)
  out('\nReady. Ctrl-C ends it.\n')
}

/** Resolves with the first signal; the second ends the process as if nobody had listened. */
function untilStopped(service: Local, { out }: Surroundings): Promise<void> {
  process.on('SIGUSR1', () => out(stateLines(service.overview())))
  return new Promise((resolve) => {
    let isStopping = false
    const listen = (signal: 'SIGINT' | 'SIGTERM', status: number) =>
      process.on(signal, () => {
        if (isStopping) process.exit(status)
        isStopping = true
        resolve()
      })
    listen('SIGINT', 130)
    listen('SIGTERM', 143)
  })
}

async function finish(service: Local, { dataFile }: LocalOptions, { out }: Surroundings): Promise<void> {
  const running = service.overview().filter(({ rotation }) => rotation?.running !== undefined)
  if (running.length > 0) {
    out(
      `Waiting for the steps under way (${running.map(({ name }) => name).join(', ')}). Ctrl-C again ends at once.\n`,
    )
    await service.settled()
  }
  if (!(await service.close()))
    throw new Problem(`--data ${dataFile}: the last changes could not be written; make room`, 1, LOCAL)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
