import type { Connect } from '../../network/connect.ts'
import type { Identity, Session, StoredSecret, Who } from '../../provider/contract.ts'
import { type Sealed, seal } from '../../sealed.ts'
import type { World } from './world.ts'

/** A key that no provider knows: it belongs to the customer and is kept. */
export const FOREIGN_KEY = 'conformance.foreign'

/** Parses as the engine does. Throws what the schema says. */
export function parsed(world: World, stored: StoredSecret): unknown {
  const result = world.kit.provider.schema['~standard'].validate(stored)
  if (result instanceof Promise) throw new Error('the schema is asynchronous')
  if (result.issues !== undefined)
    throw new Error(`the schema refuses a stored secret: ${result.issues[0]?.message}`)
  return result.value
}

export const identityOf = (world: World, stored: StoredSecret): Identity =>
  world.kit.provider.identity(parsed(world, stored))

/** The next value to store, as the engine would ask for it. */
export const proposed = async (world: World, current: StoredSecret): Promise<StoredSecret> =>
  await world.kit.provider.propose({
    current,
    strategy: world.strategy,
    entropy: world.entropy,
    mark: { secret: MARK.slice(0, 16), token: MARK.slice(16), attempt: 1 },
  })

const MARK = '0123456789abcdef0123456789abcdef'

export interface DirectOptions {
  /** What the session may take. Default 20,000. */
  readonly timeLeftMs?: number
  /** Whose it marks what it creates as. Default: one and the same secret's. */
  readonly mark?: string
  /** Opens its connections. Default: to any host. */
  readonly connect?: Connect
}

/** A session outside of the engine, over stored secrets. */
export function openDirect(
  world: World,
  secrets: { readonly [W in Who]?: StoredSecret },
  { timeLeftMs = 20_000, mark = MARK, connect }: DirectOptions = {},
): Session {
  const values: { [W in Who]?: Sealed<unknown> } = {}
  for (const who of ['current', 'pending', 'previous', 'gone'] as const) {
    const stored = secrets[who]
    if (stored !== undefined) values[who] = seal(parsed(world, stored))
  }
  const admin = adminValue(world)
  if (admin !== undefined) values.admin = seal(parsed(world, admin))
  const end = performance.now() + timeLeftMs
  return world.kit.provider.open({
    values,
    strategy: world.strategy,
    mark,
    ...(connect && { connect }),
    signal: new AbortController().signal,
    timeLeftMs: () => Math.max(0, end - performance.now()),
  })
}

/** Opens a session, does one thing with it, and closes it. */
export async function withDirect<T>(
  world: World,
  secrets: { readonly [W in Who]?: StoredSecret },
  work: (session: Session) => Promise<T>,
  options?: DirectOptions,
): Promise<T> {
  const session = openDirect(world, secrets, options)
  try {
    return await work(session)
  } finally {
    await closed(session)
  }
}

/** Far more than it takes to destroy sockets, in milliseconds. */
const CLOSE_MS = 5_000

/** Closes a session. Rejects when that does not come to its end, or fails. */
export async function closed(session: Session): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('close does not come to its end')), CLOSE_MS)
  })
  try {
    await Promise.race([session.close(), patience])
  } finally {
    clearTimeout(timer)
  }
}

/** The admin as the engine would put it into `values`, where the strategy has one. */
export function adminValue({ kit, target, strategy, secret }: World): StoredSecret | undefined {
  const { admin } = kit.provider
  if (target.admin === undefined || admin?.strategies.includes(strategy) !== true) return undefined
  return admin.value({ admin: target.admin.value, secret: secret.first })
}

/** As whom the provider makes changes with this strategy. */
export function changer({ kit, strategy, target }: World): Who {
  const { admin } = kit.provider
  const isAdmins = admin?.strategies.includes(strategy) === true
  const mayDoWithout = admin?.optional?.includes(strategy) === true
  return isAdmins && (target.admin !== undefined || !mayDoWithout) ? 'admin' : 'current'
}

/** Applies pending under the lock; `from` was proven and signs in, unless the admin does. */
export const applied = (
  world: World,
  current: StoredSecret,
  pending: StoredSecret,
  { from = 'current', ...options }: DirectOptions & { readonly from?: Who } = {},
) => {
  const as = changer(world) === 'admin' ? 'admin' : from
  return withDirect(
    world,
    { current, pending },
    (session) => session.exclusive({ as, work: () => session.apply({ from, to: 'pending', as }) }),
    options,
  )
}

/** Which of the two sign in. */
export const bothSignIn = async (
  world: World,
  current: StoredSecret,
  pending: StoredSecret,
): Promise<string> =>
  `current ${(await world.signsIn(current)) ? 'signs in' : 'is refused'}, pending ${(await world.signsIn(pending)) ? 'signs in' : 'is refused'}`

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
