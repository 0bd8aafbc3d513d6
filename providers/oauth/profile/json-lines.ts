/** On which line of a JSON text each value begins, by its path. The text must be JSON. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  // Tokens only: texts, the marks of structure, and whatever else there is (numbers, words).
  const tokens = text.matchAll(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g)
  const open: { readonly isArray: boolean; at: number; key: string | undefined }[] = []
  let from = 0
  let line = 1
  const lineAt = (index: number): number => {
    line += text.slice(from, index).split('\n').length - 1
    from = index
    return line
  }
  const path = (): string => JSON.stringify(open.map(({ isArray, at, key }) => (isArray ? at : key)))
  let isName = false
  for (const { 0: token, index } of tokens) {
    const here = lineAt(index)
    const inner = open.at(-1)
    if (token === '}' || token === ']') open.pop()
    else if (token === ',') {
      if (inner?.isArray === true) inner.at += 1
      isName = inner?.isArray === false
    } else if (token === ':') isName = false
    else if (isName && inner !== undefined && token !== '{' && token !== '[') {
      inner.key = JSON.parse(token) as string
      lines.set(path(), here)
    } else {
      if (!lines.has(path())) lines.set(path(), here)
      if (token === '{' || token === '[') open.push({ isArray: token === '[', at: 0, key: undefined })
      isName = token === '{'
    }
  }
  return lines
}

/** The line of a value, or, where it is missing, of what it is missing in. */
export function lineOf(lines: ReadonlyMap<string, number>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lines.get(JSON.stringify(path.slice(0, length)))
    if (line !== undefined) return line
  }
  return 1
}
