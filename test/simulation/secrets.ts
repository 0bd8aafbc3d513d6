import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'

interface V {
  value?: { username: string; password: string }
  text?: string
  created: number
}
const err = (name: string, message = name) => Object.assign(new Error(message), { name })

/** TEMPORARY stand-in until the local model lands. */
export class SimulatedSecrets {
  readonly arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:simulated-AbCdEf'
  readonly #fn: string
  readonly #versions = new Map<string, V>()
  readonly #labels = new Map<string, string>()
  #time = 1_700_000_000_000
  #n = 0

  constructor(value: Record<string, string>, fn: string) {
    this.#fn = fn
    this.#versions.set('v0'.padEnd(32, '0'), this.#v(JSON.stringify(value)))
    this.#labels.set('AWSCURRENT', 'v0'.padEnd(32, '0'))
  }
  #v(text: string): V {
    return { value: JSON.parse(text), text, created: this.now() }
  }
  now() {
    this.#time += 1000
    return this.#time
  }
  #move(label: string, to: string) {
    if (label === 'AWSCURRENT') {
      const old = this.#labels.get(label)
      if (old !== undefined && old !== to) this.#labels.set('AWSPREVIOUS', old)
    }
    this.#labels.set(label, to)
  }
  stages(id: string) {
    return [...this.#labels].filter(([, v]) => v === id).map(([l]) => l)
  }
  describeSecret(_: unknown) {
    return {
      RotationEnabled: true,
      RotationLambdaARN: this.#fn,
      VersionIdsToStages: Object.fromEntries([...this.#versions.keys()].map((id) => [id, this.stages(id)])),
    }
  }
  getSecretValue({ VersionId, VersionStage }: { VersionId?: string; VersionStage?: string }) {
    const id = VersionId ?? this.#labels.get(VersionStage ?? 'AWSCURRENT')
    const v = id === undefined ? undefined : this.#versions.get(id)
    if (id === undefined || v === undefined) throw err('ResourceNotFoundException')
    if (VersionStage !== undefined && this.#labels.get(VersionStage) !== id)
      throw err('InvalidRequestException', 'stage not on version')
    if (v.text === undefined) throw err('ResourceNotFoundException')
    return {
      VersionId: id,
      VersionStages: this.stages(id),
      SecretString: v.text,
      CreatedDate: new Date(v.created),
    }
  }
  putSecretValue({
    ClientRequestToken: id,
    SecretString: text,
    VersionStages,
  }: {
    ClientRequestToken: string
    SecretString: string
    VersionStages: readonly string[]
  }) {
    const v = this.#versions.get(id)
    if (v?.text !== undefined) {
      if (v.text !== text) throw err('ResourceExistsException')
      return {}
    }
    this.#versions.set(id, this.#v(text))
    for (const l of VersionStages) this.#move(l, id)
    return {}
  }
  updateSecretVersionStage({
    VersionStage: l,
    MoveToVersionId: to,
    RemoveFromVersionId: from,
  }: {
    VersionStage: string
    MoveToVersionId?: string
    RemoveFromVersionId?: string
  }) {
    const at = this.#labels.get(l)
    if (to === undefined) {
      if (at !== from) throw err('InvalidParameterException')
      this.#labels.delete(l)
      return {}
    }
    if (at !== undefined && at !== to && at !== from) throw err('InvalidParameterException')
    this.#move(l, to)
    return {}
  }
  rotate(): string | undefined {
    const { pending, current } = this.holders()
    if (pending !== undefined && pending !== current) return undefined
    this.#n += 1
    const id = `token${this.#n}`.padEnd(32, '0')
    this.#versions.set(id, { created: this.now() })
    this.#labels.set('AWSPENDING', id)
    return id
  }
  strip() {
    this.#labels.delete('AWSPENDING')
  }
  editCurrent() {
    const cur = this.#labels.get('AWSCURRENT') ?? ''
    const text = this.#versions.get(cur)?.text ?? ''
    this.#n += 1
    const id = `edit${this.#n}`.padEnd(32, '0')
    this.#versions.set(id, this.#v(text))
    this.#move('AWSCURRENT', id)
    const { pending } = this.holders()
    if (pending !== undefined && pending !== cur) this.strip()
  }
  holders() {
    return {
      current: this.#labels.get('AWSCURRENT'),
      previous: this.#labels.get('AWSPREVIOUS'),
      pending: this.#labels.get('AWSPENDING'),
      candidate: this.#labels.get(CANDIDATE_LABEL),
    }
  }
  value(id: string) {
    return this.#versions.get(id)?.value
  }
}
