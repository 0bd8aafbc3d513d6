import type { Link, Row } from '../link.ts'

/** Runs one statement and answers its rows. Rejects with a `PostgresFailure`. */
export type Ask = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

export const askOver =
  (link: Link, timeoutMs: number): Ask =>
  async (text, values) =>
    (await link.run(text, { timeoutMs, ...(values === undefined ? {} : { values }) })).rows
