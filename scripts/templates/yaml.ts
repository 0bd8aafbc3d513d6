/** CloudFormation as data: its functions as tagged values, remarks as comments, and the YAML of both. */
import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'

/** A value under one of CloudFormation's tags. */
export class Tagged {
  readonly tag: string
  readonly value: unknown
  constructor(tag: string, value: unknown) {
    this.tag = tag
    this.value = value
  }
}

/** A value with a comment before it. */
class Remarked {
  readonly remark: string
  readonly value: unknown
  constructor(remark: string, value: unknown) {
    this.remark = remark
    this.value = value
  }
}

export const ref = (name: string): Tagged => new Tagged('!Ref', name)
export const sub = (text: string): Tagged => new Tagged('!Sub', text)
export const getAtt = (name: string): Tagged => new Tagged('!GetAtt', name)
export const join = (delimiter: string, parts: unknown): Tagged => new Tagged('!Join', [delimiter, parts])
export const either = (condition: string, then: unknown, otherwise: unknown): Tagged =>
  new Tagged('!If', [condition, then, otherwise])

/** The value under the condition, otherwise as if the key were not there. */
export const where = (condition: string, then: unknown): Tagged =>
  either(condition, then, ref('AWS::NoValue'))

export const equals = (one: unknown, other: unknown): Tagged => new Tagged('!Equals', [one, other])
export const not = (condition: unknown): Tagged => new Tagged('!Not', [condition])
export const or = (...conditions: readonly unknown[]): Tagged => new Tagged('!Or', conditions)
export const and = (...conditions: readonly unknown[]): Tagged => new Tagged('!And', conditions)
export const condition = (name: string): Tagged => new Tagged('!Condition', name)

/** One line each where it stands; it says why, for whoever reviews the template. */
export const remark = (text: string, value: unknown): unknown => new Remarked(text, value)

/** The template as text, with lines up to a width that a review can show. */
export function toYaml(template: object, heading: string): string {
  const document = new Document()
  const root = nodeOf(template)
  document.contents = root as typeof document.contents
  for (const item of (root as YAMLMap<Scalar>).items.slice(1)) item.key.spaceBefore = true
  const text = document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: true })
  return `${heading
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n')}\n${text}`
}

function nodeOf(value: unknown): Node {
  if (value instanceof Remarked) return nodeOf(value.value)
  if (value instanceof Tagged) {
    const node = nodeOf(value.value)
    node.tag = value.tag
    if (node instanceof YAMLSeq) node.flow = isShort(value)
    return node
  }
  if (Array.isArray(value)) {
    const seq = new YAMLSeq()
    for (const item of value) seq.items.push(remarked(item, nodeOf(item)))
    seq.flow = isShort(value)
    return seq
  }
  if (typeof value === 'object' && value !== null) {
    const map = new YAMLMap()
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue
      map.items.push(new Pair(remarked(item, new Scalar(key)), nodeOf(item)))
    }
    return map
  }
  const scalar = new Scalar(value)
  // Numbers in text, versions and the like stay text whoever reads them.
  if (typeof value === 'string' && /^[\d.:-]+$|^(true|false|yes|no|on|off|null|~|)$/i.test(value))
    scalar.type = 'QUOTE_SINGLE'
  return scalar
}

function remarked<N extends Node>(item: unknown, node: N): N {
  if (item instanceof Remarked)
    node.commentBefore = item.remark
      .split('\n')
      .map((line) => ` ${line}`)
      .join('\n')
  return node
}

const SHORT = 90

/** Whether it reads well in one line: plain values only, and few. */
function isShort(value: unknown): boolean {
  return flat(value) && JSON.stringify(plain(value)).length <= SHORT
}

const flat = (value: unknown): boolean =>
  value instanceof Tagged
    ? flat(value.value)
    : Array.isArray(value)
      ? value.every(flat)
      : typeof value !== 'object'

const plain = (value: unknown): unknown =>
  value instanceof Tagged
    ? { [value.tag]: plain(value.value) }
    : Array.isArray(value)
      ? value.map(plain)
      : value
