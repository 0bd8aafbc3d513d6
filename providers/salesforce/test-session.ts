/** Sessions of the provider at an org on loopback, outside of any rotation. */
import type { StoredSecret, Strategy, Who } from '../../shared/provider/index.ts'
import { type Session, seal } from '../../shared/provider/index.ts'
import { createSalesforce } from './index.ts'

export const provider = createSalesforce({ allowClearTextLoopback: true, timeoutMs: 2_000 })

export interface SessionSettings {
  readonly strategy?: Strategy
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** Runs `work` with a session that knows these values, then closes it. */
export async function withSession<T>(
  values: { readonly [W in Who]?: StoredSecret },
  work: (session: Session) => Promise<T>,
  {
    strategy = 'single-user',
    signal = new AbortController().signal,
    timeoutMs = 2_000,
  }: SessionSettings = {},
): Promise<T> {
  const known = Object.fromEntries(Object.entries(values).map(([who, value]) => [who, seal(parse(value))]))
  const one = createSalesforce({ allowClearTextLoopback: true, timeoutMs })
  const session = one.open({ values: known, strategy, mark: 'mark', signal, timeLeftMs: () => 20_000 })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

function parse(value: StoredSecret) {
  const result = provider.schema.safeParse(value)
  if (!result.success) throw new Error(result.error.message)
  return result.data
}
