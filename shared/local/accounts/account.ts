import type { LocalCredentials, StoredRole, UserKey } from '../iam/identity.ts'
import { type PolicyDocument, type PolicyInput, parsePolicy } from '../iam/policy.ts'
import type { LocalSecretsManager } from '../model/model.ts'
import type { LocalScheduler } from '../scheduler/scheduler.ts'
import type { LocalAws } from './local-aws.ts'

export interface RoleOptions {
  /** Who may assume the role, and under which conditions. */
  readonly trust: PolicyInput
  /** What the role may do; nothing by default. */
  readonly policies?: readonly PolicyInput[]
  /** 3,600 by default, as on AWS; up to 43,200. */
  readonly maxSessionSeconds?: number
}

export interface LocalRole {
  readonly arn: string
  /**
   * A session as Lambda gives it to the code of a function with this role: signed by the service, so neither the
   * trust policy nor role chaining counts. 12 hours, or as long as `seconds` says.
   */
  credentialsFor(functionArn: string, seconds?: number): LocalCredentials
}

/** One account. Everything in it is made on first use. */
export class LocalAccount {
  readonly id: string
  readonly #aws: LocalAws
  readonly #models = new Map<string, LocalSecretsManager>()
  readonly #schedulers = new Map<string, LocalScheduler>()
  readonly #roles = new Map<string, StoredRole>()
  readonly #managedPolicies = new Map<string, PolicyDocument>()

  constructor(aws: LocalAws, id: string) {
    if (!/^\d{12}$/.test(id)) throw new TypeError(`An account id has 12 digits, not ${id}.`)
    this.#aws = aws
    this.id = id
  }

  /** Secrets Manager of this account in one Region; by default the Region that LocalAws was made with. */
  secretsManager(region: string = this.#aws.region): LocalSecretsManager {
    return made(this.#models, region, () => this.#aws.createModel(this.id, region))
  }

  /** EventBridge Scheduler of this account in one Region. */
  scheduler(region: string = this.#aws.region): LocalScheduler {
    return made(this.#schedulers, region, () => this.#aws.createScheduler(this.id, region))
  }

  get models(): readonly LocalSecretsManager[] {
    return [...this.#models.values()]
  }

  get schedulers(): readonly LocalScheduler[] {
    return [...this.#schedulers.values()]
  }

  /** The default principal's: the user `admin`, who may do everything. Key id and secret are the account's number. */
  get credentials(): LocalCredentials {
    return this.#aws.keys.credentialsOf(this.#aws.keys.adminOf(this.id))
  }

  /** Another user with these policies; answers its credentials. A repeat makes a new key with the new policies. */
  user(userName: string, policies: readonly PolicyInput[]): LocalCredentials {
    const key: UserKey = {
      ...this.#aws.keys.newKey('AKIA'),
      kind: 'user',
      accountId: this.id,
      userName,
      policies: policies.map(parsePolicy),
    }
    return this.#aws.keys.add(key)
  }

  /** Makes or replaces a role. Throws a `TypeError` for a policy that the evaluator does not know in full. */
  role(name: string, { trust, policies = [], maxSessionSeconds = 3_600 }: RoleOptions): LocalRole {
    if (!(maxSessionSeconds >= 3_600 && maxSessionSeconds <= 43_200))
      throw new TypeError('`maxSessionSeconds` is from 3600 to 43200.')
    const role: StoredRole = {
      name,
      arn: `arn:aws:iam::${this.id}:role/${name}`,
      id: this.#roles.get(name)?.id ?? this.#aws.keys.newId('AROA'),
      trust: parsePolicy(trust),
      policies: policies.map(parsePolicy),
      maxSessionSeconds,
    }
    this.#roles.set(name, role)
    const { arn } = role
    return {
      arn,
      credentialsFor: (functionArn, seconds = 43_200) =>
        this.#aws.keys.openSession({
          role,
          accountId: this.id,
          sessionName: functionArn.split(':')[6] ?? 'function',
          seconds,
          tags: {},
          functionArn,
        }).credentials,
    }
  }

  /** Makes a managed policy known by its ARN, for the `PolicyArns` of AssumeRole. Answers the ARN. */
  managedPolicy(name: string, policy: PolicyInput): string {
    const arn = `arn:aws:iam::${this.id}:policy/${name}`
    this.#managedPolicies.set(arn, parsePolicy(policy))
    return arn
  }

  findRole(name: string): StoredRole | undefined {
    return this.#roles.get(name)
  }

  findManagedPolicy(arn: string): PolicyDocument | undefined {
    return this.#managedPolicies.get(arn)
  }

  get roles(): readonly StoredRole[] {
    return [...this.#roles.values()]
  }
}

function made<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key)
  if (found !== undefined) return found
  const fresh = make()
  map.set(key, fresh)
  return fresh
}
