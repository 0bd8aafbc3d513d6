/**
 * What a provider is: the part of Quarterturn that knows how one kind of target changes and checks a credential.
 *
 * Words: a *secret* is the stored record, a *credential* is what signs in, a *target* is the system that is
 * changed. The engine decides what happens when, keeps the labels, holds deadlines, opens and closes sessions
 * once, cleans errors and repeats. A provider answers questions and carries out single changes.
 *
 * Read it from top to bottom: data, pure functions, then the session.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Connect } from '../network/connect.ts'
import type { Sealed } from '../sealed.ts'
import type { AdminUse } from './admin-use.ts'
import type { AwsAccess } from './aws-use.ts'
import type { CheckCode, VerdictCode } from './codes.ts'
import type { Entropy } from './entropy.ts'
import type { Mark, MintCapabilities, MintOperations } from './mint.ts'

/** A stored secret as the JSON object it is. Keys the provider does not know belong to the customer and are kept. */
export type StoredSecret = Readonly<Record<string, unknown>>

/**
 * How a credential is replaced. The classes are those of the promises: A no gap, B a gap while a stored value signs in, C a
 * gap in which nothing stored may sign in.
 */
export type Strategy = ChosenStrategy | MintedStrategy
/** The engine makes the value, stores it, and gives it to the target. `dual-password`: two slots, also of key pairs. */
export type ChosenStrategy = 'single-user' | 'dual-password' | 'alternating-users'
/** The target issues the value, and the engine stores it: see `mint.ts`, also for what each of them means. */
export type MintedStrategy =
  | 'overlapping'
  | 'staged'
  | 'grace'
  | 'in-place-minted'
  | 'refresh-token'
  | 'conditional'

/**
 * The credentials of a rotation, by the version that holds them. `admin` is the admin secret's, where there is one;
 * `gone` is the one that a retirement is about.
 */
export type Who = 'current' | 'pending' | 'previous' | 'candidate' | 'gone' | 'admin'

export interface Provider<
  Schema extends StandardSchemaV1 = StandardSchemaV1,
  Secret = StandardSchemaV1.InferOutput<Schema>,
> {
  /** Short and stable; used in logs, metrics and the deployment's list. */
  readonly name: string
  readonly serves: {
    /** Values of the secret's `engine` field. */
    readonly engines: readonly string[]
    /** Values of Secrets Manager's `Type`, for managed external secrets. Default: none. */
    readonly types?: readonly string[]
  }
  /** Parses a stored secret. Must keep unknown keys; names the field in each issue. May not be asynchronous. */
  readonly schema: Schema
  readonly capabilities: Capabilities
  /**
   * What holds for this secret, where the provider serves secrets of several kinds: the strategies on offer for it, the
   * default first, and the rest. Pure; the secret is as stored, not parsed yet. Default: `capabilities` for each.
   */
  capabilitiesOf?(secret: StoredSecret): Capabilities
  /** Where another credential than the secret's own makes the changes. Left out: every change is made by the secret's own. */
  readonly admin?: AdminUse<Secret>
  /** Every action of AWS that it may come to call, such as `rds:ModifyDBInstance`. Default: it calls none, and gets no access. */
  readonly awsActions?: readonly string[]

  /** Who the secret signs in as, where, and with what. Pure; called for every version that is read. */
  identity(secret: Secret): Identity
  /**
   * The only other account that may appear under `alternating-users`; for each of the two it answers the other.
   * Left out: the provider does not alternate.
   */
  alternateOf?(account: string): string
  /** `into` with only the credential fields of `from`. Pure; both and the answer are as stored. */
  withCredential(request: { readonly into: StoredSecret; readonly from: StoredSecret }): StoredSecret
  /** The next value to store, made from the current one. Pure but for `entropy`; the answer is as stored. Not asked of mints. */
  propose(request: Proposal): StoredSecret | Promise<StoredSecret>

  /** Makes a session. Does not connect: the first operation does. */
  open(request: OpenRequest<Secret>): Session
}

export interface Capabilities {
  /** The strategies on offer, the default first. The default neither changes the user name nor creates an account. */
  readonly strategies: readonly Strategy[]
  /**
   * What a second, identical `apply` does: `harmless` sets the same value again; `compare-and-swap` is refused by
   * the target unless `from` is still in force; `once` damages something, so the engine proves first that it is
   * still needed.
   */
  readonly repeat: 'harmless' | 'compare-and-swap' | 'once'
  /** Whether the target has a lock that ends with the session holding it. `none`: the class holds only within the deadline. */
  readonly lock: 'session' | 'none'
  /** Sessions have `retire`: an old credential can be ended before the next rotation replaces it. Default: false. */
  readonly retires?: boolean
  /** What a failed sign-in costs: nothing, or a step towards locking the account. */
  readonly failedProbe: 'free' | 'counts'
  /**
   * `none`: nobody can sign in from here. `probe` answers `unprovable` where the target itself says that it belongs to this
   * secret and that this credential was the last one to be set, unless AWSCURRENT was written by hand since, which is then
   * taken as it is. That counts, and the class is C. Default: `sign-in`.
   */
  readonly probe?: 'sign-in' | 'none'
  /** Required for strategies that mint. Default: none does. */
  readonly mint?: MintCapabilities
}

/** Compared by the engine, never logged. *Same account* compares `account` and `endpoint`, *same credential* all three. */
export interface Identity {
  readonly account: string
  /** Everything that decides where the credential is sent: host, port, database name, TLS. */
  readonly endpoint: string
  /** The secret part. The engine keeps only a keyed fingerprint of it. */
  readonly credential: string
  /** Of what is minted: the id by which `list` and `revoke` know it. Left out: it was made by hand, and is not known. */
  readonly id?: string
  /**
   * Where changes are made: host in lower case, and port. Needed where the deployment limits hosts, as a hub does, which looks
   * at this one before anything is sent; and with `admin`: the admin secret must name the same server, or the one that RDS
   * says to be the writer of a replica or reader endpoint. Default: nothing to compare.
   */
  readonly server?: { readonly host: string; readonly port: number }
  /**
   * Where consumers sign in, where that may be another place than `server`: a replica, a reader endpoint, a pooler. A pair
   * is then proven there too before AWSCURRENT moves. Default: `server`.
   */
  readonly consumer?: { readonly host: string; readonly port: number }
}

export interface Proposal {
  readonly current: StoredSecret
  readonly previous?: StoredSecret
  readonly strategy: Strategy
  readonly entropy: Entropy
  /** Whose the value is, for what of it shows at the target, such as the id of a key. `mark.secret` begins {@link OpenRequest.mark}. */
  readonly mark: Mark
}

export interface OpenRequest<Secret> {
  /**
   * The parsed secrets read so far. A live view: a name appears when the engine has read that version, and an
   * operation is asked about a name only when it is there.
   */
  readonly values: { readonly [W in Who]?: Sealed<Secret> }
  /** When each was stored, in milliseconds since the epoch, where Secrets Manager said so. A live view too. */
  readonly storedAt?: { readonly [W in Who]?: number }
  readonly strategy: Strategy
  /** Marks what is created at the target as this secret's: a hash of its ARN. */
  readonly mark: string
  /** Ends the work. The engine closes the session when it fires; a provider may also listen itself. */
  readonly signal: AbortSignal
  /**
   * Opens every connection to the target, and fails where the deployment does not let this function reach the host. Left out:
   * any host may be connected to, as `connectAnywhere` does.
   */
  readonly connect?: Connect
  /** With `awsActions`: AWS where the secret lives. */
  readonly aws?: AwsAccess
  /** Milliseconds that the whole session may still take; statement timeouts at the server stay below it. */
  readonly timeLeftMs: () => number
}

/**
 * One session serves one invocation. Operations run one at a time. An operation that cannot say what happened
 * rejects, and the engine treats that as *unknown*: it never concludes that nothing was changed. One whose own sign-in is
 * refused rejects with `CURRENT_REFUSED`; of the admin, the engine makes `ADMIN_ROTATING` of it. Where an operation meets the
 * refusal of another credential, the error says whose in `fields.credential`, by its name in `values`.
 */
export interface Session extends Partial<MintOperations> {
  /**
   * Whether the rotation can work here, signed in as `as`. Reads only. Each missing privilege comes with the
   * statement that grants it. With `values.pending` it is about that change, without about the next one. A repeat asks
   * again.
   */
  check(request: { readonly as: Who }): Promise<Check>
  /**
   * Makes a fresh sign-in with the credential of `who` and says what came of it. Changes nothing. `at` is where
   * changes are made (`writer`) or where consumers connect (`consumer`); they are one place unless the provider
   * documents otherwise. With `values.admin` the writer is the server of the admin secret. `accepted` of an alternate
   * says as whom, in every sense that the target has (signed in as, acting as), since rights hang on it.
   */
  probe(request: { readonly who: Who; readonly at: 'writer' | 'consumer' }): Promise<Verdict>
  /**
   * Runs `work` while holding the target's lock for this account, signed in as `as`. The lock and the changes made
   * inside belong to one connection: when it is lost, both are, and a later `apply` rejects. Waits for the lock
   * only for a part of the time left, then rejects with `TARGET_BUSY`. With `lock: 'none'` it just runs `work`.
   * Both accounts of a pair have one lock, whoever takes it: the secret's own user or an admin that other secrets share.
   */
  exclusive<T>(request: { readonly as: Who; readonly work: () => Promise<T> }): Promise<T>
  /**
   * Makes the credential of `to` the one in force for its account. Called only inside `exclusive`, in the
   * connection that holds the lock. `from` is the credential just proven. What a repeat does is in `capabilities.repeat`.
   * An alternate that is not there yet is prepared whole, its password last; one that neither carries `mark` nor signs in
   * with a stored value (`values.previous`) is not touched: rejects with `ACCOUNT_NOT_OURS`. A retired one signs in again.
   */
  apply(request: { readonly from: Who; readonly to: Who; readonly as: Who }): Promise<Applied>
  /**
   * Compares what two accounts may do, and whose name what they make bears; reads only. Left out: there is one account,
   * so nothing to compare.
   */
  compare?(request: { readonly a: Who; readonly b: Who; readonly as: Who }): Promise<Comparison>
  /** Removes the differences that `compare` found, adding before it removes. A repeat finds nothing to do. */
  repair?(request: { readonly a: Who; readonly b: Who; readonly as: Who }): Promise<void>
  /**
   * Ends sign-ins with the credential of `gone`, under the lock and in its connection, and leaves `keep` as it is. An
   * alternate account keeps its rights: the next rotation brings it back. A repeat answers `already`, or `retired` where the
   * target does not show the old one. Required with `capabilities.retires`.
   */
  retire?(request: { readonly gone: Who; readonly keep: Who; readonly as: Who }): Promise<Retired>
  /** Ends every connection at once. After it resolves no byte leaves. A repeat does nothing; it never rejects. */
  close(): Promise<void>
}

export interface Check {
  readonly possible: boolean
  /** What is missing, each with the exact statement that grants it. Empty when possible. */
  readonly missing: readonly { readonly privilege: string; readonly remedy: string }[]
  /** Names the error of what is not possible. Default: `PRIVILEGE_MISSING`. */
  readonly code?: CheckCode
  /**
   * It takes the value of AWSPREVIOUS to tell, such as whether an account without a mark is the pair's: the engine reads it
   * (`values.previous`, where there is one) and checks once more. Default: false.
   */
  readonly needsPrevious?: boolean
  /** Worth telling the operator although the rotation works. */
  readonly notes?: readonly string[]
}

/**
 * What a sign-in showed.
 * - `accepted`: the target asked for the credential and took it; `as` is who it says the session is.
 * - `barred`: the credential is right, or cannot be judged, and the target refuses for a named reason.
 * - `rejected`: the target looked at the credential and refused it. Only this, from the writer, lets the engine try another.
 * - `unknown`: no answer that says anything (network, timeout, restart).
 * - `unprovable`: the target let the session in without looking at the credential; or see `capabilities.probe`.
 *
 * `reason` is for people and free of secret values. `code` names the error that the engine raises when the verdict
 * stops a step; the default is the verdict's own.
 */
export type Verdict =
  | { readonly verdict: 'accepted'; readonly as: string }
  | { readonly verdict: 'rejected'; readonly reason?: string }
  | {
      readonly verdict: 'barred' | 'unknown' | 'unprovable'
      readonly reason: string
      readonly code?: VerdictCode
    }

/**
 * What a change did.
 * - `applied`: done, also when a repeat found it done.
 * - `superseded`: a compare-and-swap at the target said that `from` is no longer in force; nothing changed.
 * - `in-progress`: the target carries it out by itself; a repeat answers so until it is done, and begins no second change. Nor
 *   does it answer anything else before, and a probe of any credential answers `unknown` with `CHANGE_IN_PROGRESS`.
 * - `refused`: the target will never take this value (a password policy); nothing changed. `reason` is for people.
 */
export type Applied =
  | { readonly result: 'applied' | 'superseded' | 'in-progress' }
  | { readonly result: 'refused'; readonly reason: string }

export interface Comparison {
  readonly equal: boolean
  /** Each difference in words, naming the object. Empty when equal. */
  readonly differences: readonly string[]
}

/**
 * What a retirement did.
 * - `retired`: the credential signs in no more.
 * - `already`: it did not before.
 * - `cannot`: it would take away what is to be kept, or the target says no; nothing changed. `reason` is for people.
 */
export type Retired =
  | { readonly result: 'retired' | 'already' }
  | { readonly result: 'cannot'; readonly reason: string }
