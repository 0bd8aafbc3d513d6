/** One org of Salesforce as far as rotations see it: users, one External Client App, and sessions. */
import { randomBytes } from 'node:crypto'

export interface User {
  readonly id: string
  readonly username: string
  password: string
  isExpired: boolean
  isLocked: boolean
  /** From an address that is not trusted, a sign-in by SOAP needs the security token. */
  needsToken: boolean
  /** "Reset User Passwords and Unlock Users". */
  mayResetOthers: boolean
  /** External Client App Developer, and View Client Secret. */
  mayStage: boolean
  failedSignIns: number
}

export interface Pair {
  readonly key: string
  readonly secret: string
}

export interface Staged extends Pair {
  readonly id: string
  readonly createdBy: string
  readonly createdAt: number
  state: 'Active' | 'Rotated'
}

/** Where the sources contradict each other or say nothing; both ways are tried. */
export interface Variant {
  /** What POST does while a set that was rotated out has the slot. Default: it refuses. */
  readonly post: 'refuses' | 'replaces'
  /** Whether the answer to POST has the id, or the address alone. */
  readonly idInAnswer: boolean
  /** Whether the set that PATCH moves out keeps the id that the staged one had. */
  readonly idOfSlot: boolean
  /** What the list of nothing is answered with. */
  readonly empty: 'list' | 'not found'
  /** How the maker of a set is told. */
  readonly createdBy: 'object' | 'id' | 'nothing'
}

export const USUAL: Variant = {
  post: 'refuses',
  idInAnswer: true,
  idOfSlot: true,
  empty: 'list',
  createdBy: 'object',
}

export const OTHER: Variant = {
  post: 'replaces',
  idInAnswer: false,
  idOfSlot: false,
  empty: 'not found',
  createdBy: 'id',
}

const LIFE_OF_STAGED_MS = 30 * 86_400_000
const ORG = '00D000000000001EAA'
export const APP = '0xI000000000001EAA'
export const CONSUMER = '888000000000001EAA'

export class Org {
  readonly users = new Map<string, User>()
  readonly sessions = new Map<string, { readonly user: User; readonly key: string | undefined }>()
  readonly variant: Variant
  /** Milliseconds since the epoch. */
  now: () => number
  primary: Pair = this.newPair()
  slot: Staged | undefined
  /** "Allow access to External Client App consumer secrets via REST API". */
  allowsSecretsInRest = true
  isFlowEnabled = true
  /** Whether SOAP knows login(). */
  hasSoapLogin = true
  /** What a password must match. */
  policy = /^.{8,}$/su
  /** Whether the flow of user names and passwords is on. */
  isPasswordFlowEnabled = true
  runAs: User
  /** Another app, that of an admin. */
  readonly adminApp: { pair: Pair; readonly user: User }
  #made = 0

  constructor(variant: Partial<Variant> = {}, now: () => number = Date.now) {
    this.variant = { ...USUAL, ...variant }
    this.now = now
    this.runAs = this.addUser('integration@acme.example', randomBytes(9).toString('hex'))
    const user = this.addUser('admin@acme.example', randomBytes(9).toString('hex'), { mayResetOthers: true })
    this.adminApp = { pair: this.newPair(), user }
  }

  readonly id = ORG

  addUser(username: string, password: string, more: Partial<User> = {}): User {
    const user: User = {
      id: this.#nextId('005'),
      username,
      password,
      isExpired: false,
      isLocked: false,
      needsToken: false,
      mayResetOthers: false,
      mayStage: true,
      failedSignIns: 0,
      ...more,
    }
    this.users.set(username, user)
    return user
  }

  newPair(): Pair {
    return {
      key: `3MVG9${randomBytes(30).toString('base64url')}`,
      secret: randomBytes(32).toString('hex').toUpperCase(),
    }
  }

  #nextId(prefix: string): string {
    this.#made += 1
    return `${prefix}${String(this.#made).padStart(12, '0')}AAA`
  }

  /** Whoever signs in with the pair now; a set that has expired is none. */
  accepts({ key, secret }: Pair): boolean {
    const pairs = [
      this.primary,
      this.adminApp.pair,
      ...(this.slot === undefined || this.isExpired(this.slot) ? [] : [this.slot]),
    ]
    return pairs.some((pair) => pair.key === key && pair.secret === secret)
  }

  knows(key: string): boolean {
    return [this.primary, this.adminApp.pair, this.slot].some((pair) => pair?.key === key)
  }

  isExpired({ createdAt }: Staged): boolean {
    return this.now() >= createdAt + LIFE_OF_STAGED_MS
  }

  expiryOf({ createdAt }: Staged): number {
    return createdAt + LIFE_OF_STAGED_MS
  }

  stage(createdBy: string): Staged {
    this.slot = {
      ...this.newPair(),
      id: this.#nextId('9Sc'),
      createdBy,
      createdAt: this.now(),
      state: 'Active',
    }
    return this.slot
  }

  /** The staged set becomes the primary one, which takes its place in the slot. */
  rotate(staged: Staged): Staged {
    const out = this.primary
    this.primary = { key: staged.key, secret: staged.secret }
    this.slot = {
      ...out,
      id: this.variant.idOfSlot ? staged.id : this.#nextId('9Sc'),
      createdBy: staged.createdBy,
      createdAt: this.now(),
      state: 'Rotated',
    }
    return this.slot
  }

  open(user: User, key?: string): string {
    const token = `${ORG.slice(0, 15)}!${randomBytes(24).toString('base64url')}`
    this.sessions.set(token, { user, key })
    return token
  }
}
