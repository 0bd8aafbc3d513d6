import type { Row } from './link.ts'

/** What an account may do on `*.*`, from its `SHOW GRANTS`. Partial revokes are not looked at. */
export interface Privileges {
  has(privilege: string): boolean
}

export function privilegesOf(rows: readonly Row[]): Privileges {
  const names = new Set<string>()
  for (const row of rows) {
    const [line] = Object.values(row)
    // Names of objects are quoted, so what comes before the first ON is of the server.
    const granted = /^GRANT ([A-Z_, ]+) ON \*\.\* TO /.exec(String(line))?.[1] ?? ''
    for (const name of granted.split(',')) names.add(name.trim())
  }
  return { has: (privilege) => names.has(privilege) || names.has('ALL PRIVILEGES') }
}
