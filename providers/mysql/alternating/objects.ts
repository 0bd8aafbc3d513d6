/** Objects as the admin sees them: it sees those that it has a right to. */
import type { Account } from '../account.ts'
import type { Run } from '../change.ts'
import { literal } from '../quote.ts'
import type { Right } from './rights.ts'

const rowOf = (columns: readonly string[], values: readonly (string | undefined)[]): string =>
  `(${columns.map((column, at) => `${column} = ${literal(values[at] ?? '')}`).join(' AND ')})`

/** Those of `surplus` that are about a routine of the clone's own making. */
export async function madeByClone(
  run: Run,
  { user, host }: Account,
  surplus: readonly Right[],
): Promise<ReadonlySet<Right>> {
  const onRoutines = surplus.filter(
    ({ routine, privilege }) => routine !== undefined && privilege !== 'GRANT OPTION',
  )
  if (onRoutines.length === 0) return new Set()
  const rows = await run(
    `SELECT ROUTINE_SCHEMA AS s, ROUTINE_NAME AS r FROM information_schema.ROUTINES
     WHERE DEFINER = ${literal(`${user}@${host}`)} AND (${onRoutines
       .map(({ schema, routine }) => rowOf(['ROUTINE_SCHEMA', 'ROUTINE_NAME'], [schema, routine]))
       .join(' OR ')})`,
  )
  return new Set(
    onRoutines.filter(({ schema, routine }) =>
      rows.some((row) => isSame(row['s'], schema) && isSame(row['r'], routine)),
    ),
  )
}

/** Names of routines are compared without regard to case, and so may be those of schemas. */
const isSame = (one: unknown, other: string | undefined): boolean =>
  String(one).toLowerCase() === other?.toLowerCase()

const KINDS = [
  { view: 'TABLES', columns: ['TABLE_SCHEMA', 'TABLE_NAME'] },
  { view: 'COLUMNS', columns: ['TABLE_SCHEMA', 'TABLE_NAME', 'COLUMN_NAME'] },
  { view: 'ROUTINES', columns: ['ROUTINE_SCHEMA', 'ROUTINE_NAME'] },
] as const

/** Those of `rights` whose table, column or routine is not there: GRANT would fail. Asked only of what the admin would see. */
export async function hidden(run: Run, rights: readonly Right[]): Promise<ReadonlySet<Right>> {
  // With CREATE a table need not be there.
  const mayCome = new Set(
    rights.filter(({ privilege }) => privilege === 'CREATE').map(({ object }) => object),
  )
  const gone = new Set<Right>()
  for (const { view, columns } of KINDS) {
    const asked = rights.filter((right) => viewOf(right) === view && !mayCome.has(right.object))
    if (asked.length === 0) continue
    const names = ({ schema, table, column, routine }: Right) => [schema, table ?? routine, column]
    const places = new Map(asked.map((right) => [JSON.stringify(names(right)), rowOf(columns, names(right))]))
    const rows = await run(
      `SELECT ${columns.map((column, at) => `${column} AS c${at}`).join(', ')}
       FROM information_schema.${view} WHERE ${[...places.values()].join(' OR ')}`,
    )
    const isThere = (right: Right): boolean =>
      rows.some((row) => columns.every((_column, at) => isSame(row[`c${at}`], names(right)[at])))
    for (const right of asked) if (!isThere(right)) gone.add(right)
  }
  return gone
}

function viewOf({ table, column, routine }: Right): (typeof KINDS)[number]['view'] | undefined {
  if (routine !== undefined) return 'ROUTINES'
  if (column !== undefined) return 'COLUMNS'
  return table === undefined ? undefined : 'TABLES'
}

const DEFINED = [
  ['view', 'VIEWS', 'TABLE_SCHEMA', 'TABLE_NAME'],
  ['routine', 'ROUTINES', 'ROUTINE_SCHEMA', 'ROUTINE_NAME'],
  ['trigger', 'TRIGGERS', 'TRIGGER_SCHEMA', 'TRIGGER_NAME'],
  ['event', 'EVENTS', 'EVENT_SCHEMA', 'EVENT_NAME'],
] as const

/** What runs in the name of the clone, in words, as far as the admin sees it. */
export async function definedBy(run: Run, { user, host }: Account): Promise<readonly string[]> {
  const definer = literal(`${user}@${host}`)
  const rows = await run(
    DEFINED.map(
      ([kind, view, schema, name]) =>
        `SELECT '${kind}' AS kind, CONVERT(${schema} USING utf8mb4) COLLATE utf8mb4_bin AS s, CONVERT(${name} USING utf8mb4) COLLATE utf8mb4_bin AS o
         FROM information_schema.${view} WHERE DEFINER = ${definer}`,
    ).join(' UNION ALL '),
  )
  return rows.map((row) => `${String(row['kind'])} ${String(row['s'])}.${String(row['o'])}`).toSorted()
}
