import { expect } from 'vitest'
import type { EngineSettings } from '../../shared/engine/index.ts'
import { CALM, createClock } from '../../shared/local/index.ts'
import type { MintCapabilities, MintedStrategy } from '../../shared/provider/index.ts'
import { failure } from './failure.ts'
import { ReplacingTarget, replacingProvider } from './replacing-target.ts'
import { Stage } from './stage.ts'

export const HOUR_MS = 3_600_000

/** A secret whose credential a mint replaces, an hour and more before any rotation. */
export function replacingStage(
  strategy: MintedStrategy,
  mint: Partial<MintCapabilities>,
  {
    settings,
    admin = false,
    readsWithOld = false,
  }: { settings?: EngineSettings; admin?: boolean; readsWithOld?: boolean } = {},
) {
  const clock = createClock(Date.UTC(2026, 0, 1))
  const target = new ReplacingTarget(strategy, () => clock.now(), mint)
  target.hasAdmin = admin
  target.readsWithOld = readsWithOld
  const stage: Stage = new Stage({
    provider: replacingProvider(target),
    model: { clock, unpublished: CALM },
    ...(settings === undefined ? {} : { settings }),
    ...(admin ? { tags: (arn) => ({ 'quarterturn:admin-secret': arn }) } : {}),
  })
  clock.advance(HOUR_MS * 2)
  return { clock, target, stage }
}

export type ReplacingStage = ReturnType<typeof replacingStage>

/** The version that has the label; undefined where none has. */
export const holderOf = ({ stage }: ReplacingStage, label: string): string | undefined =>
  Object.entries(stage.labels()).find(([, stages]) => stages.includes(label))?.[0]

/** AWSPENDING is taken off, as by an operator or by Secrets Manager, and an hour goes by. */
export function abandon({ stage, clock }: Pick<ReplacingStage, 'stage' | 'clock'>, token: string): void {
  stage.model.endRotation(stage.secretArn, 'Failed')
  if (stage.labels()[token]?.includes('AWSPENDING')) takeOff(stage, 'AWSPENDING', token)
  clock.advance(HOUR_MS)
}

export function takeOff(stage: Stage, VersionStage: string, RemoveFromVersionId: string): void {
  stage.model.call('UpdateSecretVersionStage', {
    SecretId: stage.secretArn,
    VersionStage,
    RemoveFromVersionId,
  })
}

/** What a story of a lost mint needs of its world. */
type Losing = Pick<ReplacingStage, 'stage' | 'clock'> & { readonly target: { losesReplies: number } }

/** The rotation that lost a mint, which nobody can tell about, and the one that comes after it. */
export interface Lost {
  readonly lostToken: string
  readonly next: string
}

/** A mint's reply is lost, and the rotation that waited for it is given up. The next one begins, and an hour goes by. */
export async function loseMint(world: Losing): Promise<Lost> {
  const { stage, target, clock } = world
  target.losesReplies = 1
  const lostToken = stage.begin()
  await failure(stage.step('createSecret', lostToken))
  expect((await failure(stage.step('createSecret', lostToken))).code).toBe('MINT_STARTED')
  abandon(world, lostToken)
  const next = stage.begin()
  clock.advance(HOUR_MS)
  return { lostToken, next }
}

/** MINT_UNKNOWN, and the way out by hand: one is made and stored, and a new rotation goes on from it. */
export async function expectOnlyByHand(world: ReplacingStage, { lostToken, next }: Lost): Promise<void> {
  const { stage, target } = world
  expect((await failure(stage.step('createSecret', next))).code).toBe('MINT_UNKNOWN')
  expect(target.count('mint')).toBe(1)
  storeByHand(stage, { password: target.issue('by hand') })
  takeOff(stage, 'QUARTERTURN_MINTING', lostToken)
  abandon(world, next)
  await stage.steps(stage.begin())
  expect(stage.value('AWSCURRENT')).toMatchObject({ password: 'issued-password-3' })
}

/** An operator stores what was made by hand, for the first time or another one. */
export const storeByHand = (stage: Stage, fields: object, time = 1): void =>
  putByHand(stage, { engine: 'simulated', username: 'A', ...fields }, time)

export function putByHand(stage: Stage, value: object, time = 1): void {
  stage.model.call('PutSecretValue', {
    ClientRequestToken: `by-hand-0123456789-0123456789-abcde${time}`,
    SecretId: stage.secretArn,
    SecretString: JSON.stringify(value),
  })
}
