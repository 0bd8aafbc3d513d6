import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { InputOf, OperationName } from '../operations/index.ts'

/** One sentence about Secrets Manager that must hold wherever the list runs. */
export interface Case {
  readonly name: string
  readonly fact: Fact
  /** What the world must have for the case to run: a `functionArn`, or the `otherRegion`. */
  readonly needs?: Need | readonly Need[]
  run(world: CaseWorld): Promise<void>
}

export type Need = 'function' | 'region'

const GIVES: Readonly<Record<Need, (world: CaseWorld) => unknown>> = {
  function: ({ functionArn }) => functionArn,
  region: ({ otherRegion }) => otherRegion,
}

/** What a world lacks for a case to run there. */
export const missingFor = ({ needs = [] }: Case, world: CaseWorld): readonly Need[] =>
  [needs].flat().filter((need) => GIVES[need](world) === undefined)

/** Where the sentence comes from. */
export interface Fact {
  /** Section of the project's collected facts on Secrets Manager. */
  readonly section: string
  /** The page or recording that says so. */
  readonly page: string
  /** `documented` by AWS, or `observed` by others on AWS. */
  readonly kind: 'documented' | 'observed'
}

export interface CaseWorld {
  readonly client: CaseClient
  /**
   * A function that Secrets Manager may call, and whose steps take longer than a case: a rotation, once started, is
   * still under way at the end.
   */
  readonly functionArn?: string
  /** The same account in another Region. */
  readonly otherRegion?: OtherRegion
}

export interface OtherRegion {
  readonly region: string
  readonly client: CaseClient
}

/** The other Region of a case that `needs` one. */
export const otherRegionOf = ({ otherRegion }: CaseWorld): OtherRegion => {
  ok(otherRegion, 'the case needs another Region')
  return otherRegion
}

/** A client of Secrets Manager; rejects with an error whose `name` is AWS's. */
export interface CaseClient {
  call<O extends OperationName>(operation: O, input: InputOf<O>): Promise<Answer>
}

/** What the cases read of an answer, whatever the operation. */
export interface Answer {
  readonly ARN?: string | undefined
  readonly Name?: string | undefined
  readonly Description?: string | undefined
  readonly VersionId?: string | undefined
  readonly VersionStages?: readonly string[] | undefined
  readonly SecretString?: string | undefined
  readonly SecretBinary?: Uint8Array | undefined
  readonly CreatedDate?: Date | undefined
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>> | undefined
  readonly Versions?:
    | readonly {
        readonly VersionId?: string | undefined
        readonly VersionStages?: readonly string[] | undefined
      }[]
    | undefined
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined
  readonly RotationEnabled?: boolean | undefined
  readonly RotationLambdaARN?: string | undefined
  readonly RotationRules?: { readonly AutomaticallyAfterDays?: number | undefined } | undefined
  readonly NextRotationDate?: Date | undefined
  readonly RandomPassword?: string | undefined
  readonly KmsKeyId?: string | undefined
  readonly DeletionDate?: Date | undefined
  readonly DeletedDate?: Date | undefined
  readonly NextToken?: string | undefined
  readonly SecretList?: readonly ListedSecret[] | undefined
  readonly SecretValues?: readonly Answer[] | undefined
  readonly Errors?:
    | readonly { readonly SecretId?: string | undefined; readonly ErrorCode?: string | undefined }[]
    | undefined
  readonly ResourcePolicy?: string | undefined
  readonly PolicyValidationPassed?: boolean | undefined
  readonly ValidationErrors?: readonly { readonly ErrorMessage?: string | undefined }[] | undefined
  readonly PrimaryRegion?: string | undefined
  readonly ReplicationStatus?:
    | readonly {
        readonly Region?: string | undefined
        readonly KmsKeyId?: string | undefined
        readonly Status?: string | undefined
        readonly StatusMessage?: string | undefined
      }[]
    | undefined
  readonly $metadata?: unknown
}

export interface ListedSecret {
  readonly ARN?: string | undefined
  readonly Name?: string | undefined
  readonly DeletedDate?: Date | undefined
  readonly SecretVersionsToStages?: Readonly<Record<string, readonly string[]>> | undefined
}

const GUIDE = 'https://docs.aws.amazon.com/secretsmanager/latest/userguide'
const REFERENCE = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference'

export const reference = (section: string, page: string): Fact => ({
  section,
  page: `${REFERENCE}/API_${page}.html`,
  kind: 'documented',
})

export const guide = (section: string, page: string): Fact => ({
  section,
  page: `${GUIDE}/${page}.html`,
  kind: 'documented',
})

/** Recorded against AWS by the authors of LocalStack. */
export const recorded = (section: string): Fact => ({
  section,
  page: 'https://github.com/localstack/localstack/blob/main/tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json',
  kind: 'observed',
})

/** A test of LocalStack that its authors ran against AWS. */
export const triedByLocalStack = (section: string): Fact => ({
  section,
  page: 'https://github.com/localstack/localstack/blob/main/tests/aws/services/secretsmanager/test_secretsmanager.py',
  kind: 'observed',
})

/** AWS's guide as it was published on GitHub until 2023. */
export const archived = (section: string, page: string): Fact => ({
  section,
  page: `https://github.com/awsdocs/aws-secrets-manager-docs/blob/main/${page}.md`,
  kind: 'documented',
})

/** Reported by users of AWS. */
export const reported = (section: string, page: string): Fact => ({ section, page, kind: 'observed' })

/** A secret of the case's own, with the value `one` unless told otherwise. */
export class Subject {
  readonly #client: CaseClient
  readonly id: string
  readonly first: string

  private constructor(client: CaseClient, id: string, first: string) {
    this.#client = client
    this.id = id
    this.first = first
  }

  static async create(client: CaseClient, input: Partial<InputOf<'CreateSecret'>> = {}): Promise<Subject> {
    const first = randomUUID()
    const { ARN } = await client.call('CreateSecret', {
      Name: freshName(),
      ClientRequestToken: first,
      SecretString: 'one',
      ...input,
    })
    ok(ARN)
    return new Subject(client, ARN, first)
  }

  /** Writes a value; answers its version id. */
  async put(value: string, ...stages: string[]): Promise<string> {
    const token = randomUUID()
    await this.call('PutSecretValue', {
      ClientRequestToken: token,
      SecretString: value,
      ...(stages.length === 0 ? {} : { VersionStages: stages }),
    })
    return token
  }

  async call<O extends OperationName>(operation: O, input: Omit<InputOf<O>, 'SecretId'>): Promise<Answer> {
    return await this.#client.call(operation, { ...input, SecretId: this.id } as InputOf<O>)
  }

  async move(label: string, to: string | undefined, from: string | undefined): Promise<void> {
    await this.call('UpdateSecretVersionStage', {
      VersionStage: label,
      ...(to === undefined ? {} : { MoveToVersionId: to }),
      ...(from === undefined ? {} : { RemoveFromVersionId: from }),
    })
  }

  /** Version id to labels, in order, so that a case fails for its own sentence only; versions without any left out. */
  async labels(): Promise<Readonly<Record<string, readonly string[]>>> {
    const stages = Object.entries((await this.call('DescribeSecret', {})).VersionIdsToStages ?? {})
    return Object.fromEntries(
      stages.filter(([, labels]) => labels.length > 0).map(([id, labels]) => [id, [...labels].sort()]),
    )
  }

  async holderOf(label: string): Promise<string | undefined> {
    return Object.entries(await this.labels()).find(([, labels]) => labels.includes(label))?.[0]
  }

  /** The same secret by another client, such as in another Region. */
  at({ region, client }: OtherRegion): Subject {
    return new Subject(client, this.id.replace(/(secretsmanager:)[a-z0-9-]+/, `$1${region}`), this.first)
  }

  async value(stage = 'AWSCURRENT'): Promise<string | undefined> {
    return (await this.call('GetSecretValue', { VersionStage: stage })).SecretString
  }

  /** Starts a rotation; answers the id of its version. */
  async rotate(
    functionArn: string | undefined,
    input: Partial<InputOf<'RotateSecret'>> = {},
  ): Promise<string> {
    const token = randomUUID()
    await this.call('RotateSecret', {
      ClientRequestToken: token,
      ...(functionArn === undefined ? {} : { RotationLambdaARN: functionArn }),
      ...input,
    })
    return token
  }
}

export const freshName = (): string => `quarterturn-case/${randomUUID()}`

/** The call is refused with this error name, and with this text where AWS's is known. */
export async function refuses(call: Promise<unknown>, name: string, text?: RegExp): Promise<void> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  ok(outcome instanceof Error, `expected ${name}, but the call succeeded`)
  equal(outcome.name, name)
  if (text !== undefined) match(outcome.message, text)
}

const PATIENCE_MS = 10_000
const PAUSE_MS = 50

/** Tries again until the check holds: what AWS does in the background takes a while. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (let leftMs = PATIENCE_MS; ; leftMs -= PAUSE_MS)
    try {
      await check()
      return
    } catch (error) {
      if (leftMs <= 0) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
}

export { deepEqual, equal, match, ok }
