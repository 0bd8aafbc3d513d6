/** What the kit needs from the author of a provider: read from top to bottom. */
import type { ReachOptions } from '../aws/reach.ts'
import type { StsPort } from '../aws/sts-port.ts'
import type { Decide } from '../engine/decide.ts'
import type { LocalSecretsManager } from '../local/index.ts'
import type { Provider, StoredSecret } from '../provider/contract.ts'
import type { Mark } from '../provider/mint.ts'
import type { BuiltFunction } from './function/real-function.ts'
import type { WireAccess } from './wire/index.ts'

export interface ConformanceOptions {
  readonly provider: Provider
  /**
   * One account of its own at a real target, with a credential that signs in. Called once for each point, several at
   * a time; what a point does to its account or target must not be seen by another point.
   */
  readonly freshTarget: (kit: KitTime) => Promise<FreshTarget>
  /**
   * Signs in as a consumer would, without the provider under test. True: let in. False: the target refused the
   * credential. Rejects when it cannot tell.
   */
  readonly signIn: (stored: StoredSecret) => Promise<boolean>
  /**
   * The Lambda function as it is deployed, to be ended by SIGKILL while it works. Called once for each strategy. Default:
   * none, and that case is listed as skipped.
   */
  readonly bundle?: () => Promise<BuiltFunction>
  /** How many times it is killed, for each strategy. Default 24. */
  readonly kills?: number
  /** Cases that are not to run, by name, with the reason for the report. An unknown name is refused. Default: none. */
  readonly skip?: Readonly<Record<string, string>>
  /** Decides what AWS does not publish, and every generated password. Default 1. */
  readonly seed?: number
  /** Runs this one point and nothing else, by the id that a failure prints. Default: every point. */
  readonly only?: string
  /**
   * `each`: from every crash and every cut each of the three recoveries is tried. `in turn`: every crash and every cut is
   * tried with one of them, in turn, and of the rarer scenes on the wire only setSecret is cut; what happens to a frozen
   * step meanwhile, and the paces of two steps at once, take turns too, and of a burst of replies the first is held back.
   * Default `each`.
   */
  readonly recoveries?: 'each' | 'in turn'
  /** How many points are under way at a time. Default 4. */
  readonly atOnce?: number
  /** Called after every point. Default: nobody is told. */
  readonly onProgress?: (progress: Progress) => void
  /** The command that repeats one point, for the story of a failure. Default: a line of code with `only`. */
  readonly repeatCommand?: (point: string) => string
  /**
   * A module that makes the same options in a process of its own, which is started with every debug switch on, so that
   * those are tried which are read when a module is loaded. Default: only switches that are looked at later are.
   */
  readonly loud?: URL
  /** Further environment variables that make the provider or its driver print more. Default: the kit's own list. */
  readonly switches?: Readonly<Record<string, string>>
  /**
   * The function is in another account than the secret, and this leads it there. Called for each account at the target.
   * Default: the two share an account.
   */
  readonly elsewhere?: (model: LocalSecretsManager) => Promise<Elsewhere>
  /** Replaces the engine's decisions: for tests of the kit itself, which take a rule out. Default: the shipped ones. */
  readonly decide?: Decide
}

/** The way from the function to a secret of another account. */
export interface Elsewhere extends Pick<ReachOptions, 'role' | 'connect'> {
  /** Asked as the function. */
  readonly sts: StsPort
  close(): Promise<void>
}

/** What the module of `loud` exports. */
export interface LoudModule {
  readonly default: () => Promise<{
    readonly options: ConformanceOptions
    /** Ends whatever was started for the options. */
    close(): Promise<void>
  }>
}

export interface Progress {
  readonly name: string
  readonly done: number
  readonly of: number
}

/**
 * The time of the rotations of one point, by which hours pass in a moment. A target whose credentials have an age, take a
 * while or expire goes by it, or nobody can tell what is old.
 */
export interface KitTime {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Ends a disturbance of the target: from then on it works as before. */
export type End = () => Promise<void>

/**
 * One account and the means to disturb it. Only `secret` and `close` are required; without one of the others the cases
 * that need it are listed as skipped, with that reason.
 */
export interface FreshTarget {
  /** The secret as stored, with at least one key that the provider does not know. */
  readonly secret: StoredSecret
  /** Removes the account and whatever else was made for it. Called once. */
  close(): Promise<void>

  /** How its connections are led through the kit's proxy, so that every message on the wire can be cut or held. */
  readonly wire?: WireAccess
  /** Nothing answers until the end: the target is down, or its address is dead. */
  readonly outage?: () => Promise<End>
  /** No further connection is taken for a named reason, such as a limit. */
  readonly limitConnections?: () => Promise<End>
  /** Sign-ins work, changes are refused. */
  readonly readOnly?: () => Promise<End>
  /**
   * Changes of this account take longer than any invocation lives; sign-ins work. What has lost its connection meanwhile is
   * not carried out when it ends.
   */
  readonly slow?: () => Promise<End>
  /** The target refuses every new password by its policy. Not asked of mints. */
  readonly refuseByPolicy?: () => Promise<End>
  /** The account is barred from signing in although its password is right. */
  readonly lockUser?: () => Promise<End>
  /** The account is gone; the end brings it back with the credential it had. */
  readonly dropUser?: () => Promise<End>
  /** Somebody sets another password at the target; the end sets the one before again. Not asked of mints. */
  readonly changePasswordByHand?: () => Promise<End>
  /** Remembers the state of the target; the end puts it back, as a failover to a lagging replica does. Not asked of mints. */
  readonly failover?: () => Promise<End>
  /** Ends every connection of this account at the server's side. */
  readonly dropConnections?: () => Promise<void>
  /** How many connections of this account are open. */
  readonly connections?: () => Promise<number>
  /** How many sign-ins of this account have failed so far. */
  readonly failedSignIns?: () => Promise<number>
  /** Everything that the target has logged since it started. */
  readonly log?: () => Promise<string>
  /** Every request is answered by a redirect to this URL, where the kit listens. */
  readonly redirectTo?: (url: string) => Promise<End>
  /** Every request is refused with an answer that repeats it whole, the credentials in it too. */
  readonly echo?: () => Promise<End>

  /**
   * The ids, as in `identity(secret).id`, of every credential of this account that the target takes or will take, asked
   * without the provider. Required by strategies that mint.
   */
  readonly live?: () => Promise<readonly string[]>
  /**
   * Somebody makes one more credential of this account at the target, past every limit; with a mark, as the provider would
   * have marked it. Answers its id.
   */
  readonly issueByHand?: (mark?: Mark) => Promise<string>
  /**
   * Somebody makes a credential in place of that of the secret, by hand or by signing in once more; answers the secret as it is
   * to be stored then. Required by strategies of class C.
   */
  readonly issueAnew?: () => Promise<StoredSecret>
  /** Somebody ends the credential with this id at the target. */
  readonly revokeByHand?: (id: string) => Promise<void>

  /** The admin of this target, for strategies whose changes an admin secret makes. Required by those. */
  readonly admin?: FreshAdmin
  /** A second account at the same server, with the same admin. Closed by the kit like any other. */
  readonly sharingAdmin?: () => Promise<FreshTarget>
  /** Somebody grants the account of this secret something that its alternate has not. */
  readonly driftRights?: (stored: StoredSecret) => Promise<void>
  /** Whether the accounts of two stored secrets may do the same, asked without the provider. */
  readonly haveSameRights?: (a: StoredSecret, b: StoredSecret) => Promise<boolean>
}

export interface FreshAdmin {
  /** The admin secret as stored. */
  readonly value: StoredSecret
  /** The secret with the ARN of its admin secret in it, such as in AWS's field `masterarn`. Pure. */
  readonly named: (secret: StoredSecret, adminArn: string) => StoredSecret
  /** The admin gets another credential at the target; answers the admin secret as it is to be stored from then on. */
  readonly rotate?: () => Promise<StoredSecret>
}
