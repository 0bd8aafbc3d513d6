/** A template as CloudFormation reads it: its functions in their long form, and resolved for given parameters. */
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml'
import { textOf } from '../tree.ts'

export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>
  readonly Conditions?: Readonly<Record<string, unknown>>
  readonly Globals?: { readonly Function: Readonly<Record<string, unknown>> }
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, unknown>>
}

export interface Parameter {
  readonly Type: string
  readonly Description: string
  readonly Default?: unknown
  readonly AllowedValues?: readonly unknown[]
  readonly AllowedPattern?: string
}

export interface Resource {
  readonly Type: string
  readonly Condition?: string
  readonly Metadata?: Readonly<Record<string, unknown>>
  readonly Properties: Readonly<Record<string, unknown>>
}

export function readTemplate(path: string): Template {
  const document = parseDocument(textOf(path), { logLevel: 'silent' })
  if (document.errors.length > 0) throw document.errors[0]
  return long(document.contents) as Template
}

const SHORT_NAMES = ['Ref', 'Condition']

function long(node: Node | null): unknown {
  const tag = node?.tag
  if (node === null || tag === undefined || !tag.startsWith('!') || tag.startsWith('!!')) return plain(node)
  const name = tag.slice(1)
  return { [SHORT_NAMES.includes(name) ? name : `Fn::${name}`]: plain(node) }
}

function plain(node: Node | null): unknown {
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => [
      String(plain(key as Node)),
      long(value as Node | null),
    ])
    return Object.fromEntries(entries)
  }
  if (isSeq(node)) return node.items.map((item) => long(item as Node))
  return isScalar(node) ? node.value : null
}

export type Values = Readonly<Record<string, string>>

/** What CloudFormation knows by itself. */
export const PLACE: Values = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
}

/**
 * The resources that the template makes with these parameters: conditions decided, functions resolved as far as they can be.
 * `place` also has what resources answer, by `Id` or `Id.Attribute`; what it has not reads `<Id.Attribute>`.
 */
export function resolved(
  template: Template,
  parameters: Values,
  place: Values = PLACE,
): Template['Resources'] {
  const given = Object.entries(template.Parameters ?? {}).map(([name, { Type, Default }]) => {
    const value = parameters[name] ?? Default
    if (value === undefined) throw new Error(`the parameter ${name} has no value`)
    return [name, Type === 'CommaDelimitedList' ? String(value).split(',') : String(value)] as const
  })
  const resolver = new Resolver(template, new Map<string, unknown>([...Object.entries(place), ...given]))
  return Object.fromEntries(
    resolver
      .expanded()
      .filter(([, { Condition }]) => Condition === undefined || resolver.holds(Condition))
      .map(([id, resource]) => [id, withGlobals(template, resolver, resolver.value(resource) as Resource)]),
  )
}

/** What SAM gives each function. */
function withGlobals({ Globals }: Template, resolver: Resolver, resource: Resource): Resource {
  if (resource.Type !== 'AWS::Serverless::Function' || Globals === undefined) return resource
  const common = resolver.value(Globals.Function) as Record<string, unknown>
  const variablesOf = (properties: Readonly<Record<string, unknown>>): object =>
    (properties['Environment'] as { Variables?: object } | undefined)?.Variables ?? {}
  const Variables = { ...variablesOf(common), ...variablesOf(resource.Properties) }
  return { ...resource, Properties: { ...common, ...resource.Properties, Environment: { Variables } } }
}

const NO_VALUE = Symbol('AWS::NoValue')

class Resolver {
  readonly #template: Template
  readonly #known: Map<string, unknown>

  constructor(template: Template, known: Map<string, unknown>) {
    this.#template = template
    this.#known = known
  }

  /** Resources, those of `Fn::ForEach` one by one. */
  expanded(): readonly (readonly [string, Resource])[] {
    return Object.entries(this.#template.Resources).flatMap(([id, resource]) => {
      if (!id.startsWith('Fn::ForEach::')) return [[id, resource] as const]
      const [variable, collection, body] = resource as unknown as [string, unknown, Template['Resources']]
      return (this.value(collection) as string[]).flatMap((item) => {
        const text = JSON.stringify(body)
          .replaceAll(`\${${variable}}`, item)
          .replaceAll(`{"Ref":"${variable}"}`, JSON.stringify(item))
        return Object.entries(JSON.parse(text) as Template['Resources'])
      })
    })
  }

  holds(condition: string): boolean {
    const found = this.#template.Conditions?.[condition]
    if (found === undefined) throw new Error(`there is no condition ${condition}`)
    return this.value(found) === true
  }

  value(given: unknown): unknown {
    if (Array.isArray(given)) return given.map((item) => this.value(item)).filter((item) => item !== NO_VALUE)
    if (typeof given !== 'object' || given === null) return given
    const entries = Object.entries(given)
    const [[name, argument] = ['', undefined]] = entries
    if (
      entries.length === 1 &&
      (name.startsWith('Fn::') || SHORT_NAMES.includes(name)) &&
      !isKeyOnly(name, argument)
    )
      return this.#call(name, argument)
    const known = entries.map(([key, item]) => [key, this.value(item)] as const)
    return Object.fromEntries(known.filter(([, item]) => item !== NO_VALUE))
  }

  #call(name: string, argument: unknown): unknown {
    const list = Array.isArray(argument) ? argument : [argument]
    const values = () => list.map((item) => this.value(item))
    switch (name) {
      case 'Ref':
        return argument === 'AWS::NoValue' ? NO_VALUE : (this.#known.get(String(argument)) ?? `<${argument}>`)
      case 'Condition':
        return this.holds(String(argument))
      case 'Fn::Sub':
        return String(argument).replaceAll(/\$\{([^}]+)\}/g, (_, key: string) => {
          const value = this.#known.get(key)
          return value === undefined ? `<${key}>` : String(value)
        })
      case 'Fn::GetAtt':
        return this.#known.get(list.join('.')) ?? `<${list.join('.')}>`
      case 'Fn::If':
        return this.value(this.holds(String(list[0])) ? list[1] : list[2])
      case 'Fn::Equals': {
        const [one, other] = values()
        return JSON.stringify(one) === JSON.stringify(other)
      }
      case 'Fn::Not':
        return values()[0] === false
      case 'Fn::And':
        return values().every((value) => value === true)
      case 'Fn::Or':
        return values().some((value) => value === true)
      case 'Fn::Join': {
        const [delimiter, parts] = values() as [string, string[]]
        return parts.join(delimiter)
      }
      default:
        throw new Error(`the tests do not know ${name}`)
    }
  }
}

/** `Condition` is a part of an IAM statement too. */
const isKeyOnly = (name: string, argument: unknown): boolean =>
  name === 'Condition' && typeof argument !== 'string'
