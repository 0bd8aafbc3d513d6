import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { membersOf, toXml } from '../../shared/local/http/query.ts'

/** An instance or cluster of {@link ChangingRds}. */
export interface RdsServer {
  readonly kind: 'instance' | 'cluster'
  readonly id: string
  readonly host: string
  port: number
  readonly engine: string
  username: string
  /** The one that signs in. */
  password: string
  status: string
  resourceId: string
  readonly tags: Map<string, string>
  /** Taken and not in force yet, with how often it is shown so before it is. */
  taken?: { readonly password: string; shows: number }
  masterSecret?: string
  clusterId?: string
  replicaOf?: string
}

/** What a policy is asked about a request. */
export interface RdsRequest {
  readonly headers: IncomingMessage['headers']
  readonly action: string
  readonly arn: string
  readonly server: RdsServer | undefined
  readonly tagKeys: readonly string[]
}

class RdsError extends Error {
  override readonly name: string
  readonly status: number
  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}

/**
 * RDS on loopback for changes of admin passwords, as the user guide has it: a password is taken at once, then
 * the status goes from available over resetting-master-credentials to available, and until then it is among the pending values.
 * Each description is a step on that way; `holds` stops it. In any other state a change is refused.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
 */
export class ChangingRds {
  readonly servers: RdsServer[] = []
  /** Every action with the identifier or ARN it named, in order. */
  readonly calls: string[] = []
  /** How many descriptions show a change before it is done. */
  shows = 2
  /** No change comes to its end. */
  holds = false
  /** The next request with this action is carried out, and its connection reset instead of an answer. */
  losesReplyTo: string | undefined
  /** The next requests with this action are refused by this error. */
  refuses: { readonly action: string; readonly name: string; readonly message: string } | undefined
  /** How many times. */
  refuseTimes = 1
  /** Answers why not. Default: everything is allowed. */
  authorize: ((request: RdsRequest) => string | undefined) | undefined
  endpoint = ''
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<ChangingRds> {
    const rds = new ChangingRds()
    await new Promise<void>((resolve) => rds.#server.listen(0, '127.0.0.1', resolve))
    rds.endpoint = `http://127.0.0.1:${(rds.#server.address() as AddressInfo).port}`
    return rds
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  /** One that is available, with a password made by hand. */
  add(one: Partial<RdsServer> & Pick<RdsServer, 'id'>): RdsServer {
    const kind = one.kind ?? 'instance'
    const server: RdsServer = {
      kind,
      host: `${one.id}.${kind === 'cluster' ? 'cluster-' : ''}c0abc1def2gh.eu-west-1.rds.amazonaws.com`,
      port: 5432,
      engine: kind === 'cluster' ? 'aurora-postgresql' : 'postgres',
      username: 'postgres',
      password: 'made-by-hand-0',
      status: 'available',
      resourceId: `${kind}-${this.servers.length}`,
      tags: new Map(),
      ...one,
    }
    this.servers.push(server)
    return server
  }

  /** Everything that was taken comes into force. */
  finish(): void {
    for (const server of this.servers) if (server.taken !== undefined) finish(server)
  }

  count(action: string): number {
    return this.calls.filter((call) => call.startsWith(`${action} `)).length
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = membersOf(await text(request))
    const action = String(form['Action'])
    try {
      const { result, tags } = this.#perform(request.headers, action, form)
      if (this.losesReplyTo === action) {
        this.losesReplyTo = undefined
        request.socket.resetAndDestroy()
        return
      }
      const body = { [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: ID } }
      send(response, 200, body, tags)
    } catch (error) {
      const { name, message, status } =
        error instanceof RdsError ? error : new RdsError('InternalFailure', String(error), 500)
      send(response, status, {
        ErrorResponse: { Error: { Type: 'Sender', Code: name, Message: message }, ...ID },
      })
    }
  }

  #perform(
    headers: IncomingMessage['headers'],
    action: string,
    form: Readonly<Record<string, unknown>>,
  ): { readonly result: object; readonly tags?: RdsServer['tags'] } {
    const kind = action.includes('DBCluster') ? 'cluster' : 'instance'
    const named = String(form[kind === 'cluster' ? 'DBClusterIdentifier' : 'DBInstanceIdentifier'] ?? '')
    const resource = String(form['ResourceName'] ?? named)
    this.calls.push(`${action} ${resource}`)
    const id = resource.split(':').at(-1)
    const server = this.servers.find(
      (one) => one.id === id && (form['ResourceName'] !== undefined || one.kind === kind),
    )
    const tags = tagsIn(form)
    const refusal = this.authorize?.({
      headers,
      action: `rds:${action}`,
      arn: resource.startsWith('arn:') ? resource : `${kind === 'cluster' ? 'cluster' : 'db'}:${resource}`,
      server,
      tagKeys: tags.map(([key]) => key),
    })
    if (refusal !== undefined) throw new RdsError('AccessDenied', refusal, 403)
    if (server === undefined)
      throw kind === 'cluster'
        ? new RdsError('DBClusterNotFoundFault', 'DBCluster not found.', 404)
        : new RdsError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404)
    if (this.refuses?.action === action) {
      const { name, message } = this.refuses
      this.refuseTimes -= 1
      if (this.refuseTimes < 1) this.refuses = undefined
      throw new RdsError(name, message)
    }
    if (action === 'AddTagsToResource') {
      for (const [key, value] of tags) server.tags.set(key, value)
      return { result: {} }
    }
    const isChange = action.startsWith('Modify')
    if (isChange) take(server, form, this.shows)
    else this.#advance(server)
    const member = { [kind === 'cluster' ? 'DBCluster' : 'DBInstance']: describe(server) }
    return { result: isChange ? member : { [`${Object.keys(member)[0]}s`]: member }, tags: server.tags }
  }

  #advance(server: RdsServer): void {
    const { taken } = server
    if (taken === undefined) return
    if (taken.shows > 0 || this.holds) {
      taken.shows -= 1
      server.status = 'resetting-master-credentials'
    } else finish(server)
  }
}

function finish(server: RdsServer): void {
  server.password = server.taken?.password ?? server.password
  server.status = 'available'
  delete server.taken
}

/** Constraints of the API reference. */
function take(server: RdsServer, form: Readonly<Record<string, unknown>>, shows: number): void {
  const { kind, id, engine, status, taken } = server
  if (status !== 'available' || taken !== undefined)
    throw new RdsError(
      kind === 'cluster' ? 'InvalidDBClusterStateFault' : 'InvalidDBInstanceState',
      `The ${kind} ${id} is not in available state.`,
    )
  const password = String(form['MasterUserPassword'])
  if (server.masterSecret !== undefined)
    throw new RdsError('InvalidParameterCombination', 'MasterUserPassword is managed by Secrets Manager.')
  const longest = kind === 'instance' && engine === 'postgres' ? 128 : 41
  if (
    password.length < 8 ||
    password.length > longest ||
    !/^[\x20-\x7e]+$/.test(password) ||
    /[/"@]/.test(password)
  )
    throw new RdsError('InvalidParameterValue', 'The parameter MasterUserPassword is not a valid password.')
  server.taken = { password, shows }
}

function describe(server: RdsServer): object {
  const { kind, id, host, port, engine, username, status, resourceId, taken, masterSecret } = server
  const shared = {
    Engine: engine,
    MasterUsername: username,
    PendingModifiedValues: taken === undefined ? {} : { MasterUserPassword: '****' },
    MasterUserSecret: masterSecret === undefined ? undefined : { SecretArn: masterSecret },
    TagList: TAGS,
  }
  return kind === 'cluster'
    ? {
        DBClusterIdentifier: id,
        Status: status,
        Endpoint: host,
        ReaderEndpoint: host.replace('.cluster-', '.cluster-ro-'),
        Port: port,
        DbClusterResourceId: resourceId,
        ...shared,
      }
    : {
        DBInstanceIdentifier: id,
        DBInstanceStatus: status,
        Endpoint: { Address: host, Port: port },
        DbiResourceId: resourceId,
        DBClusterIdentifier: server.clusterId,
        ReadReplicaSourceDBInstanceIdentifier: server.replicaOf,
        ...shared,
      }
}

const ID = { RequestId: '1' }

const tagsIn = (form: Readonly<Record<string, unknown>>): (readonly [string, string])[] => {
  const list: unknown = form['Tags']
  const items =
    typeof list === 'object' && list !== null && 'Tag' in list ? Object.values(list.Tag as object) : []
  return items.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value] as const)
}

/** `toXml` writes no list, so the only one that there is takes the place of this. */
const TAGS = 'the-tags'

function send(
  response: ServerResponse,
  status: number,
  body: object,
  tags: RdsServer['tags'] = new Map(),
): void {
  const list = [...tags].map(([Key, Value]) => toXml({ Tag: { Key, Value } })).join('')
  response.writeHead(status, { 'content-type': 'text/xml' }).end(toXml(body).replace(TAGS, () => list))
}
