import type { Config } from '../config.ts'
import { QuarterturnError } from '../errors/index.ts'
import type { Provider } from '../provider/contract.ts'

/** A provider as a function is built with it: what it serves, and how its code is loaded. */
export interface ProviderEntry {
  readonly name: string
  /** Values of the secret's `engine` field. */
  readonly engines: readonly string[]
  /** Values of Secrets Manager's `Type`. Default: none. */
  readonly types?: readonly string[]
  /** Loads the code by `import()`, so that a function starts without it, and makes the provider by the deployment's settings. */
  load(config: Config): Promise<Provider>
}

/** What a secret says about its provider. All of it is hostile input. */
export interface ProviderHints {
  /** The field `engine` of its value. */
  readonly engine: string | undefined
  /** `Type` of Secrets Manager. */
  readonly type: string | undefined
  /** The tag `quarterturn:provider`. */
  readonly tag: string | undefined
}

/**
 * The provider that a secret asks for, among those that the deployment offers: by `engine`, else by `Type`, else by
 * the tag. Each hint that is there must agree: a secret that says two things is refused with `PROVIDER_UNKNOWN`, as
 * is one that says nothing, unless the function has a single provider, whose schema then judges the secret.
 */
export function chooseProvider<Entry extends Pick<ProviderEntry, 'name' | 'engines' | 'types'>>(
  offered: readonly Entry[],
  { engine, type, tag }: ProviderHints,
): Entry {
  const hints = [
    { said: engine, as: '`engine`', serves: (entry: Entry) => entry.engines.includes(engine ?? '') },
    { said: type, as: 'Type', serves: (entry: Entry) => entry.types?.includes(type ?? '') ?? false },
    { said: tag, as: 'the tag `quarterturn:provider`', serves: (entry: Entry) => entry.name === tag },
  ].filter(({ said }) => said !== undefined)

  let candidates = offered
  for (const { said, as, serves } of hints) {
    if (!offered.some(serves)) {
      throw unknown(`${as} is ${shown(said)}, which no provider of this function serves`, offered)
    }
    const left = candidates.filter(serves)
    if (left.length === 0) {
      throw unknown(
        `${as} is ${shown(said)}, which contradicts ${hints[0]?.as} ${shown(hints[0]?.said)}`,
        offered,
      )
    }
    candidates = left
  }

  const [only, second] = candidates
  if (only === undefined) throw unknown('the function offers no provider', offered)
  if (second === undefined) return only
  throw unknown(
    hints.length === 0
      ? 'the secret has neither `engine` nor Type nor the tag `quarterturn:provider`'
      : `the secret is served by ${candidates.map(({ name }) => name).join(' and ')}, and has no tag \`quarterturn:provider\``,
    offered,
  )
}

/** The entries that the deployment lists; all, when it lists none. Throws `CONFIG_INVALID` for a name without an entry. */
export function offeredBy(config: Config, built: readonly ProviderEntry[]): readonly ProviderEntry[] {
  const { providers } = config
  if (providers === undefined) return built
  const missing = providers.find((name) => !built.some((entry) => entry.name === name))
  if (missing !== undefined) {
    throw new QuarterturnError('CONFIG_INVALID', {
      problem: `QUARTERTURN_PROVIDERS names ${missing}, which is not one of ${namesOf(built)}`,
    })
  }
  return built.filter(({ name }) => providers.includes(name))
}

const unknown = (problem: string, offered: readonly Pick<ProviderEntry, 'name'>[]): QuarterturnError =>
  new QuarterturnError('PROVIDER_UNKNOWN', {
    problem,
    remedy: `correct it, or deploy a function with the provider; this one has ${namesOf(offered)}`,
  })

const namesOf = (entries: readonly Pick<ProviderEntry, 'name'>[]): string =>
  entries.map(({ name }) => name).join(', ') || 'none'

/** Only what looks like a name is repeated: the field of a secret may hold anything. */
const shown = (said: string | undefined): string =>
  said !== undefined && /^[\w.:/-]{1,40}$/.test(said) ? `\`${said}\`` : 'not a name'
