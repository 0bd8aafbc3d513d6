import { inspect, isDeepStrictEqual } from 'node:util'
import { found } from '../leaks/leaks.ts'
import { FOREIGN_KEY, identityOf, parsed, proposed } from '../world/direct.ts'
import { anotherValue } from '../world/minting.ts'
import type { Claim } from './claim.ts'

/** Stands for a credential that is no good. */
const CANARY = 'a-credential-that-is-no-good'

/** What the pure functions of a provider claim. */
export const VALUE_CLAIMS: readonly Claim[] = [
  {
    key: 'propose',
    of: ['chosen'],
    name: 'propose answers another credential for the account that is to change',
    async play(world) {
      const current = world.secret.first
      const [was, is, other] = [
        identityOf(world, current),
        identityOf(world, await proposed(world, current)),
        identityOf(world, await proposed(world, current)),
      ]
      const alternates = world.strategy === 'alternating-users'
      const account = alternates ? world.kit.provider.alternateOf?.(was.account) : was.account
      if (is.account !== account) return 'propose names another account than the one that is to change'
      if (is.endpoint !== was.endpoint) return 'propose sends the credential somewhere else'
      if (is.credential === was.credential) return 'propose repeats the credential in force'
      return is.credential === other.credential ? 'propose answers the same credential twice' : undefined
    },
  },
  {
    key: 'propose-keeps',
    of: ['chosen'],
    name: 'propose keeps every key that it does not change, also those it does not know',
    async play(world) {
      const current = { ...world.secret.first, [FOREIGN_KEY]: { kept: ['as', 1, null] } }
      const next = await proposed(world, current)
      const lost = Object.keys(current).find((key) => !(key in next))
      if (lost !== undefined) return `propose drops the key \`${lost}\``
      return isDeepStrictEqual(next[FOREIGN_KEY], current[FOREIGN_KEY])
        ? undefined
        : 'propose changes a key that it does not know'
    },
  },
  {
    key: 'with-credential',
    name: 'withCredential takes the credential of one value and everything else of the other',
    async play(world) {
      const into = { ...world.secret.first, [FOREIGN_KEY]: 'kept' }
      const from = { ...(await anotherValue(world, into)), [FOREIGN_KEY]: 'not taken', 'conformance.more': 1 }
      const made = world.kit.provider.withCredential({ into, from })
      if (made[FOREIGN_KEY] !== 'kept' || 'conformance.more' in made)
        return 'withCredential takes more than the credential, or loses what it does not know'
      const lost = Object.keys(into).find((key) => !(key in made))
      if (lost !== undefined) return `withCredential drops the key \`${lost}\``
      const [is, wanted] = [identityOf(world, made), identityOf(world, from)]
      if (is.credential !== wanted.credential || is.account !== wanted.account)
        return 'withCredential does not take the credential'
      return is.id === wanted.id ? undefined : 'withCredential does not take the id of the credential'
    },
  },
  {
    key: 'identity',
    name: 'identity tells two credentials apart, and nothing else',
    async play(world) {
      const current = world.secret.first
      const was = identityOf(world, current)
      if (!isDeepStrictEqual(was, identityOf(world, { ...current, [FOREIGN_KEY]: 1 })))
        return 'identity depends on a key that belongs to the customer'
      const next = await anotherValue(world, current)
      if (identityOf(world, next).credential === was.credential)
        return 'identity calls two different credentials the same'
      return was.account === '' || was.credential === '' ? 'identity is empty' : undefined
    },
  },
  {
    key: 'schema',
    name: 'the schema answers at once, takes the stored secret and refuses an empty one',
    async play(world) {
      parsed(world, world.secret.first)
      const empty = world.kit.provider.schema['~standard'].validate({})
      if (empty instanceof Promise) return 'the schema is asynchronous'
      return empty.issues === undefined ? 'the schema takes an empty secret' : undefined
    },
  },
  {
    key: 'issues',
    name: 'no issue of the schema repeats a credential',
    async play(world) {
      const stored = world.secret.first
      const { credential } = identityOf(world, stored)
      const next = await anotherValue(world, stored)
      for (const key of Object.keys(stored)) {
        const isSecret = !isDeepStrictEqual(stored[key], next[key])
        for (const wrong of [
          undefined,
          7,
          `${CANARY}\u0000\n`,
          CANARY.repeat(400),
          [CANARY],
          { key: CANARY },
        ]) {
          const result = world.kit.provider.schema['~standard'].validate({ ...stored, [key]: wrong })
          if (result instanceof Promise || result.issues === undefined) continue
          const text = inspect(result.issues, { depth: 20 })
          if (found(text, isSecret ? [credential, CANARY] : [credential]) > 0)
            return `an issue about \`${key}\` repeats a credential`
        }
      }
      return undefined
    },
  },
  {
    key: 'pure',
    name: 'the pure functions leave what they are given as it is, and answer the same again',
    async play(world) {
      const { provider } = world.kit
      const current = world.secret.first
      const given = structuredClone({ into: current, from: await anotherValue(world, current) })
      const before = structuredClone(given)
      const secret = parsed(world, given.into)
      const parsedBefore = structuredClone(secret)
      const admin = structuredClone(world.target.admin?.value ?? current)
      const answers = (): readonly unknown[] => [
        provider.identity(secret),
        provider.withCredential(given),
        provider.admin?.arn(secret, {}),
        provider.admin?.value({ admin, secret: given.into }),
      ]
      const first = structuredClone(answers())
      if (!isDeepStrictEqual(first, answers())) return 'a pure function answers otherwise the second time'
      if (!world.mints) await proposed(world, given.from)
      return isDeepStrictEqual(
        [given, secret, admin],
        [before, parsedBefore, world.target.admin?.value ?? current],
      )
        ? undefined
        : 'a pure function changes what it is given'
    },
  },
  {
    key: 'alternate',
    name: 'alternateOf leads from each of the two accounts to the other',
    skip: ({ capabilities, alternateOf }) =>
      capabilities.strategies.includes('alternating-users') || alternateOf !== undefined
        ? undefined
        : 'the provider does not alternate',
    async play(world) {
      const { account } = identityOf(world, world.secret.first)
      const { provider } = world.kit
      const other = provider.alternateOf?.(account)
      if (other === undefined) return 'the provider alternates and has no alternateOf'
      return other !== account && provider.alternateOf?.(other) === account
        ? undefined
        : 'alternateOf does not lead back'
    },
  },
]
