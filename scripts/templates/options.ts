/** The function's own configuration as parameters of a template: made from the schema that the function reads. */
import * as z from 'zod'
import { Environment } from '../../shared/config-options.ts'
import { DEPLOYED, type Deployed } from './names.ts'
import { ref, type Tagged } from './yaml.ts'

const Facts = z.object({ description: z.string(), values: z.string(), default: z.string() })

/** Variables that no parameter sets: for tests, made by the template itself, or of no use where each function has one provider. */
export const NOT_PARAMETERS: Readonly<Record<string, string>> = {
  QUARTERTURN_PROVIDERS: 'each function has its providers',
  QUARTERTURN_SCHEDULE_ROLE: 'made by the template',
  QUARTERTURN_SCHEDULE_GROUP: 'made by the template',
  QUARTERTURN_RESERVE_MS: 'fits the timeout of the template',
  QUARTERTURN_ALLOW_CLEAR_TEXT_LOOPBACK: 'for tests',
  QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'for tests',
}

/** Variables of the hub, which the template of the workload leaves out. */
export const HUB_ONLY = [
  'QUARTERTURN_ACCOUNTS',
  'QUARTERTURN_TARGET_ROLE',
  'QUARTERTURN_EXTERNAL_ID',
  'QUARTERTURN_REGIONS',
] as const

/** Parameters that the templates word themselves, by their variable. */
const NAMED: Readonly<Record<string, string>> = { QUARTERTURN_EVENT_BUS: 'EvidenceBusArn' }

/** `QUARTERTURN_RETIRE_AFTER` to `RetireAfter`, `PASSWORD_LENGTH` to `PasswordLength`. */
export const parameterOf = (variable: string): string =>
  NAMED[variable] ??
  variable
    .replace(/^QUARTERTURN_/, '')
    .split('_')
    .map((part) => `${part.charAt(0)}${part.slice(1).toLowerCase()}`)
    .join('')

export interface Option {
  readonly variable: string
  readonly parameter: string
  /** Undefined: every function reads it. */
  readonly of: readonly Deployed[] | undefined
}

/** What the function is configured by, in the order of its schema. */
export const OPTIONS: readonly Option[] = Object.keys(Environment.shape)
  .filter((variable) => NOT_PARAMETERS[variable] === undefined)
  .map((variable) => ({ variable, parameter: parameterOf(variable), of: ownersOf(variable) }))

function ownersOf(variable: string): readonly Deployed[] | undefined {
  const owners = DEPLOYED.filter(({ options }) =>
    options.some((prefix) => variable.startsWith(`QUARTERTURN_${prefix}_`)),
  )
  return owners.length === 0 ? undefined : owners
}

/** The parameter of an option: where it is left empty, the function's own default holds. */
export function optionParameter({ variable }: Option): object {
  const facts = Facts.parse(Reflect.get(Environment.shape, variable).meta())
  const allowed = choicesOf(facts.values)
  // AWS's own variables are set whenever they are there, so their default is written out.
  const isOurs = variable.startsWith('QUARTERTURN_')
  const unquoted = facts.default.replace(/^`|`$/g, '')
  return {
    Type: 'String',
    Default: isOurs ? '' : unquoted,
    ...(allowed === undefined ? {} : { AllowedValues: isOurs ? ['', ...allowed] : allowed }),
    Description: described(
      isOurs ? `${facts.description} Empty: ${facts.default}.` : `${facts.description}`,
      facts.values,
      allowed !== undefined,
    ),
  }
}

/** Every value, where the facts list nothing but values. */
function choicesOf(values: string): readonly string[] | undefined {
  const choices = [...values.matchAll(/`([^`]+)`/g)].map(([, choice = '']) => choice)
  return /^(`[^`]+`(, )?)+$/.test(values) ? choices : undefined
}

const described = (text: string, values: string, isListed: boolean): string =>
  (isListed ? text : `${text} Values: ${values}.`)
    .replaceAll(/QUARTERTURN_[A-Z_]+/g, (variable) => parameterOf(variable))
    .replaceAll('`', '')

/** The environment of one function, or what is common to all. */
export function environmentOf(options: readonly Option[], of?: Deployed): Readonly<Record<string, Tagged>> {
  const own = options.filter((option) =>
    of === undefined ? option.of === undefined : option.of?.includes(of) === true,
  )
  return Object.fromEntries(own.map(({ variable, parameter }) => [variable, ref(parameter)]))
}
