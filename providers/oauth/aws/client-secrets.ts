import { isLoopbackHost } from '../../../shared/network/host.ts'
import { QuarterturnError } from '../../../shared/provider/index.ts'
import type { OperationName } from '../profile/aws.ts'
import { filled } from '../profile/template.ts'
import { at, textAt, timeAt } from '../reply.ts'
import { type AwsSecret, isId, PLACE } from '../schema.ts'
import type { AwsAnswer, AwsApi } from './api.ts'
import type { Slot } from './slots.ts'

/** The secrets of one client that a service of AWS keeps. */
export class AwsClientSecrets {
  readonly #api: AwsApi
  /** The secret whose client it is about. */
  readonly #client: () => AwsSecret
  #isOwned = false

  constructor(api: AwsApi, client: () => AwsSecret) {
    this.#api = api
    this.#client = client
  }

  get #profile() {
    return this.#client()[PLACE].profile
  }

  /** Every one that is there, whoever added it. Reads only. */
  async list(): Promise<readonly Slot[]> {
    await this.#seeOwner()
    const { list, times } = this.#profile
    const answer = await this.#api.call(this.#client(), 'list')
    if (answer.status !== 200) throw this.#unexpected(answer, 'list')
    const items = at(answer.body, list.items)
    // What is not seen would be taken for gone.
    if (!Array.isArray(items) || textAt(answer.body, 'NextToken') !== undefined) throw this.#notUnderstood()
    return items.map((item) => {
      const id = textAt(item, list.id)
      if (!isId(id)) throw this.#notUnderstood()
      return { id, createdAt: timeAt(item, list.createdAt, times) }
    })
  }

  /** `refused`: the service will never take the value. `full`: as many live as may. Nothing was changed then. */
  async add(value: string): Promise<'added' | 'full' | 'refused'> {
    const { add } = this.#profile
    const answer = await this.#api.call(this.#client(), 'add', { value })
    if (answer.status === 200) return 'added'
    if (answer.error === add.full) return 'full'
    if (answer.error === add.refused) return 'refused'
    throw this.#unexpected(answer, 'add')
  }

  /** Ends exactly the one of this id. */
  async remove(id: string): Promise<'removed' | 'already'> {
    const { remove } = this.#profile
    const answer = await this.#api.call(this.#client(), 'remove', { id })
    if (answer.status === 200) return 'removed'
    if (answer.error === remove.gone) return 'already'
    throw this.#unexpected(answer, 'remove')
  }

  /** Tokens are proven at a host that the secret names: it has to be that of what is changed. */
  async #seeOwner(): Promise<void> {
    if (this.#isOwned) return
    const { owner } = this.#profile
    const answer = await this.#api.call(this.#client(), 'owner')
    if (answer.status !== 200) throw this.#unexpected(answer, 'owner')
    const { region } = this.#api
    const hosts = owner.hosts.flatMap(({ at: place, ends = [''] }) => {
      const text = textAt(answer.body, place)
      return text === undefined || text === '' ? [] : ends.map((end) => text + filled(end, { region }))
    })
    const { hostname, port } = new URL(this.#client()[PLACE].tokenOrigin)
    if (!hosts.includes(hostname) || (port !== '' && !isLoopbackHost(hostname)))
      throw new QuarterturnError('SECRET_INVALID', {
        problem: `\`${this.#profile.token.origin}\` is no address of what the secret names`,
        remedy: 'correct it in AWSCURRENT',
      })
    this.#isOwned = true
  }

  #unexpected({ status, error }: AwsAnswer, name: OperationName): QuarterturnError {
    const { [name]: of, remove } = this.#profile
    const known = [remove.gone, this.#profile.add.full, this.#profile.add.refused].find(
      (one) => one === error,
    )
    const problem = `${of.operation} was answered ${status}${known === undefined ? '' : ` ${known}`}`
    return error === remove.gone
      ? new QuarterturnError('SECRET_INVALID', {
          problem: `AWS knows no such client: ${problem}`,
          remedy: 'correct the ids in AWSCURRENT',
        })
      : new QuarterturnError('TARGET_UNREACHABLE', { problem })
  }

  #notUnderstood(): QuarterturnError {
    return new QuarterturnError('TARGET_UNREACHABLE', {
      problem: 'the list of client secrets is not in the form that AWS documents',
    })
  }
}
