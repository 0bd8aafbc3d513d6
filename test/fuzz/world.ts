import { isDeepStrictEqual } from 'node:util'
import type { Behind } from '../../shared/local/http/door.ts'
import {
  CALM,
  createClock,
  createLocalAws,
  type LocalAws,
  type LocalSecretsManager,
} from '../../shared/local/index.ts'
import { restoreState, takeState } from '../../shared/local/state-file/state.ts'

/** Secrets in every state that a request can meet; and one that is not there. */
export const NAMES = ['db', 'binary', 'empty', 'deleted', 'owned', 'rotating', 'crowded', 'nowhere'] as const

const token = (n: number): string => `token-${String(n).padStart(30, '0')}`
const MANUAL = 'arn:aws:lambda:eu-west-1:111122223333:function:manual'

export interface World extends Behind {
  readonly model: LocalSecretsManager
}

/**
 * The same world each time: what happens in it depends on the requests alone. Where `isStrict`, only a signature opens
 * it.
 */
export function createWorld(isStrict = false): World {
  const aws = createLocalAws({
    clock: createClock(1_767_225_600_000),
    unpublished: CALM,
    anyCredentials: !isStrict,
  })
  const model = aws.defaultAccount.secretsManager()
  // Nothing may change between two requests by itself.
  aws.registerFunction(MANUAL, 'manual')
  model.call('CreateSecret', { Name: 'db', SecretString: 'value 0', ClientRequestToken: token(0) })
  model.call('PutSecretValue', { SecretId: 'db', SecretString: 'value 1', ClientRequestToken: token(1) })
  model.call('TagResource', { SecretId: 'db', Tags: [{ Key: 'team', Value: 'red' }] })
  model.call('CreateSecret', {
    Name: 'binary',
    SecretBinary: Uint8Array.of(1, 2, 3),
    ClientRequestToken: token(0),
  })
  model.call('CreateSecret', { Name: 'empty', ClientRequestToken: token(0) })
  for (const Name of ['deleted', 'owned', 'rotating', 'crowded'])
    model.call('CreateSecret', { Name, SecretString: 'value 0', ClientRequestToken: token(0) })
  model.call('RotateSecret', {
    SecretId: 'rotating',
    RotationLambdaARN: MANUAL,
    ClientRequestToken: token(2),
  })
  for (let at = 0; at < 19; at += 1)
    model.call('UpdateSecretVersionStage', {
      SecretId: 'crowded',
      VersionStage: `label-${at}`,
      MoveToVersionId: token(0),
    })
  model.call('CreateSecret', {
    Name: 'mirrored',
    SecretString: 'value 0',
    ClientRequestToken: token(0),
    AddReplicaRegions: [{ Region: 'us-east-1' }],
  })
  aws.defaultAccount.role('scheduler', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
  })
  aws.defaultAccount.role('target', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } },
        },
      ],
    },
    policies: [],
  })
  model.markDeleted('deleted')
  model.setOwner('owned', { OwningService: 'rds' })
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const functions = new Map(
    Object.entries({
      echo: async (payload: unknown) => payload,
      throws: async () => {
        throw new TypeError('it failed')
      },
      cyclic: async () => cycle,
    }).map(([name, invoke]) => [
      name,
      { arn: `arn:aws:lambda:eu-west-1:111122223333:function:${name}`, invoke },
    ]),
  )
  const pages = (path: string) =>
    path === '/_quarterturn/state'
      ? {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(model.overview()),
        }
      : undefined
  return { aws, model, functions, pages }
}

/** Whether a file of this state can be read again: what requests can make of it must pass the checks of {@link restoreState}. */
export function outlivesRestart({ aws }: World): boolean {
  const stored = (from: LocalAws): unknown => JSON.parse(JSON.stringify(takeState(from)))
  const again = createLocalAws({ clock: createClock(aws.clock.now()), unpublished: CALM })
  restoreState(again, stored(aws))
  return isDeepStrictEqual(stored(again), stored(aws))
}

/** Everything that a request could have changed, what it began in other Regions included. */
export function stateOf({ aws }: World): string {
  const state = takeState(aws)
  const models = aws.accounts.flatMap((account) => account.models)
  const events = models.reduce((sum, model) => sum + model.events.length, 0)
  return JSON.stringify([state, events])
}
