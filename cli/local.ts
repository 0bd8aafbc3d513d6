import { CALM, DataFileError, type Local, SetupError, startLocal } from '../shared/local/index.ts'
import type { Command, Surroundings } from './command.ts'
import { environmentLines, withoutAwsPlace } from './local-environment.ts'
import { LOCAL_HELP } from './local-help.ts'
import { type FunctionPlace, LOCAL, type LocalOptions, parseLocal } from './local-options.ts'
import { eventLine, stateLines, stepLine } from './local-report.ts'
import { NotLoaded } from './local-sandbox.ts'
import { Sandboxes } from './local-sandboxes.ts'
import { Problem } from './problem.ts'

/** How often it is looked whether a schedule is due. */
const TICK_MS = 1000

/** `quarterturn local`: serves until it is told to end. */
export const local: Command = async (args, surroundings) => {
  const options = parseLocal(args, surroundings.cwd)
  if (options === undefined) return surroundings.out(LOCAL_HELP)
  const service = await start(options, surroundings)
  const signals = listenToSignals(service, options, surroundings)
  try {
    // A module may never end loading.
    const outcome = await Promise.race([
      addFunctions(service, options.functions).then(() => 'ready' as const),
      signals.stopped.then(() => 'stopped' as const),
    ])
    if (outcome === 'ready') await serve(service, options, surroundings, signals.stopped)
  } catch (error) {
    signals.forget()
    await service.close()
    throw error
  }
  await finish(service, options, surroundings)
}

async function serve(
  service: Local,
  options: LocalOptions,
  surroundings: Surroundings,
  stopped: Promise<void>,
): Promise<void> {
  greet(service, options, surroundings)
  service.aws.onEvent((event) => surroundings.out(eventLine(event, placeOf(options))))
  const ticking = setInterval(() => service.runDue(), TICK_MS)
  await stopped
  clearInterval(ticking)
}

const placeOf = ({ accounts: [accountId], region }: LocalOptions) => ({ accountId, region })

async function start(options: LocalOptions, { out, err }: Surroundings): Promise<Local> {
  const { isCalm, dataFile, port, accounts, setupFile, ...given } = options
  try {
    const service = await startLocal({
      ...given,
      port,
      dataFile,
      accountId: accounts[0],
      functions: {},
      ...(isCalm ? { unpublished: CALM } : {}),
      onStep: (step) => out(stepLine(step, placeOf(options))),
      onNotKept: (error) =>
        err(
          `quarterturn: --data ${dataFile}: ${messageOf(error)}; make room, it is tried again each second\n`,
        ),
    })
    for (const id of accounts) service.aws.account(id)
    return service
  } catch (error) {
    if (error instanceof DataFileError) throw new Problem(`--data ${dataFile}: ${error.message}`, 1, LOCAL)
    if (error instanceof SetupError) throw new Problem(`--setup ${setupFile}: ${error.message}`, 1, LOCAL)
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE')
      throw new Problem(`--port ${port} is taken; give another, or none for a free one`, 1, LOCAL)
    if (code === 'EACCES')
      throw new Problem(`--port ${port} is not for you to use; give one from 1024 on`, 1, LOCAL)
    throw error
  }
}

async function addFunctions(service: Local, places: readonly FunctionPlace[]): Promise<void> {
  const codes = places.map(async (place) => ({
    name: place.name,
    source: 'url' in place ? place.url : await codeOf(service, place),
  }))
  for (const { name, source } of await Promise.all(codes)) service.addFunction(name, source)
}

type ModulePlace = Extract<FunctionPlace, { module: URL }>

async function codeOf(service: Local, { name, module, exported, shown }: ModulePlace) {
  const env = { ...withoutAwsPlace(process.env), ...service.functionEnvironment(name) }
  const options = { module: module.href, exported, functionArn: service.functionArn(name), env }
  const sandboxes = await Sandboxes.open(options).catch((error: unknown) => {
    if (!(error instanceof NotLoaded)) throw error
    const problem = error.isMissingExport
      ? `exports no function \`${exported}\`; name another by ${shown}#name`
      : `cannot be loaded; mend it: ${error.message}`
    throw new Problem(`--function ${name}: ${shown} ${problem}`, 1, LOCAL)
  })
  return (event: unknown) => sandboxes.invoke(event)
}

function greet(
  service: Local,
  { functions, dataFile, seed, isCalm, accounts }: LocalOptions,
  { out }: Surroundings,
): void {
  out(`Secrets Manager on ${service.url}${isCalm ? ', calm' : `, seed ${seed}`}\n\n`)
  out(`${environmentLines(service.environment, process.env)}\n`)
  for (const { name } of functions) out(`${service.functionArn(name)}\n`)
  if (functions.length === 0) out('No rotation function; add one by --function NAME=WHERE.\n')
  for (const { id, roles } of service.aws.accounts) {
    if (id !== accounts[0]) out(`Account ${id}: its number is its access key and its secret key\n`)
    for (const { arn } of roles) out(`${arn}\n`)
  }
  if (dataFile !== undefined) out(`State, secret values in the clear: ${dataFile}\n`)
  out('\nReady. Ctrl-C ends it.\n')
}

/** `stopped` resolves with the first signal; the second ends the process as if nobody had listened. */
function listenToSignals(service: Local, options: LocalOptions, { out }: Surroundings) {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let isStopping = false
  const stop = (status: number) => () => {
    if (isStopping) process.exit(status)
    isStopping = true
    resolve()
  }
  const listeners = [
    ['SIGINT', stop(130)],
    ['SIGTERM', stop(143)],
    ['SIGUSR1', () => out(stateLines(service.overview(), placeOf(options)))],
  ] as const
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return {
    stopped,
    forget: () => {
      for (const [signal, listener] of listeners) process.off(signal, listener)
    },
  }
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
