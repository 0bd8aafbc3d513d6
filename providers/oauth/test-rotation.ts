/** Whole rotations of OAuth clients: the engine, the local Secrets Manager and a real authorization server. */
import { expect, onTestFinished } from 'vitest'
import type { EngineDeps, EngineSettings } from '../../shared/engine/index.ts'
import { CALM, createClock, type LocalClock } from '../../shared/local/index.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { type Authority, type AuthorityOptions, startAuthority } from '../../test/servers/oauth/authority.ts'
import { failure } from '../../test/simulation/failure.ts'
import { putByHand, takeOff } from '../../test/simulation/replacing-stage.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { createOauth, type OauthOptions } from './index.ts'

export const HOUR_MS = 3_600_000

export interface OauthStage {
  readonly stage: Stage
  readonly authority: Authority
  readonly clock: LocalClock
}

export interface OauthStaging {
  readonly authority: Omit<AuthorityOptions, 'now'>
  /** The secret, by the address of the server. */
  readonly secret: (url: string, authority: Authority) => object | Promise<object>
  /** Its admin secret; the secret has its ARN. */
  readonly admin?: (url: string) => object
  readonly options?: OauthOptions
  readonly settings?: EngineSettings
  readonly credentials?: EngineDeps['credentials']
}

export async function stageOauth({
  authority: how,
  secret,
  admin,
  options,
  settings,
  credentials,
}: OauthStaging): Promise<OauthStage> {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const authority = await startAuthority({ ...how, now: () => clock.now() })
  onTestFinished(() => authority.stop())
  const provider = createOauth({
    allowClearTextLoopback: true,
    now: () => clock.now(),
    ...options,
  }) as Provider
  const value = { engine: 'oauth', note: 'kept', ...(await secret(authority.url, authority)) }
  const stage = new Stage({
    provider,
    model: { clock, unpublished: CALM },
    value: JSON.stringify(value),
    ...(settings === undefined ? {} : { settings }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(admin === undefined ? {} : { admin: { value: admin(authority.url) } }),
  })
  if (admin !== undefined)
    stage.model.call('TagResource', {
      SecretId: stage.secretArn,
      Tags: [{ Key: 'quarterturn:admin-secret', Value: stage.adminArn }],
    })
  return { stage, authority, clock }
}

/** Rotates once, two hours after the last time. */
export async function rotate({ stage, clock }: OauthStage): Promise<string> {
  clock.advance(2 * HOUR_MS)
  const token = stage.begin()
  await stage.steps(token)
  return token
}

/**
 * What answers a request that ends so is lost, and with it what was issued. The next try does not know either, and an hour goes
 * by. Answers the token.
 */
export async function loseMint({ stage, authority, clock }: OauthStage, end: string): Promise<string> {
  const token = stage.begin()
  authority.loses = (seen) => seen.endsWith(end)
  expect((await failure(stage.step('createSecret', token))).code).toBe('TARGET_UNREACHABLE')
  authority.loses = () => false
  expect((await failure(stage.step('createSecret', token))).code).toBe('MINT_STARTED')
  clock.advance(HOUR_MS)
  return token
}

/** It is given up; the next rotation cannot tell either. Answers that one's token. */
export async function giveUpMint({ stage, clock }: OauthStage, token: string): Promise<string> {
  expect((await failure(stage.step('createSecret', token))).code).toBe('MINT_ABANDONED')
  stage.model.endRotation(stage.secretArn, 'Failed')
  const next = stage.begin()
  clock.advance(HOUR_MS)
  expect((await failure(stage.step('createSecret', next))).code).toBe('MINT_UNKNOWN')
  return next
}

/** The way out by hand: `made` is stored as AWSCURRENT, labels of what was begun go, and the next rotation goes on from it. */
export async function goOnByHand(
  one: OauthStage,
  made: object,
  { pending, minting }: { readonly pending: string; readonly minting: string },
): Promise<void> {
  const { stage } = one
  stage.model.endRotation(stage.secretArn, 'Failed')
  takeOff(stage, 'AWSPENDING', pending)
  takeOff(stage, 'QUARTERTURN_MINTING', minting)
  putByHand(stage, { ...(stage.value('AWSCURRENT') as object), ...made })
  await rotate(one)
}

/** The secret under AWSCURRENT. */
export const currentOf = ({ stage }: OauthStage): string =>
  String((stage.value('AWSCURRENT') as Record<string, unknown>)['clientSecret'])
