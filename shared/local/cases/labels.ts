import {
  type Case,
  deepEqual,
  equal,
  guide,
  recorded,
  reference,
  refuses,
  reported,
  Subject,
} from './case.ts'

const MOVE = reference('1.7', 'UpdateSecretVersionStage')

/** UpdateSecretVersionStage: labels as a compare-and-swap. */
export const LABEL_CASES: readonly Case[] = [
  {
    name: 'a label is added, moved and removed',
    fact: MOVE,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      await secret.move('mine', secret.first, undefined)
      equal(await secret.holderOf('mine'), secret.first)
      await secret.move('mine', second, secret.first)
      equal(await secret.holderOf('mine'), second)
      await secret.move('mine', undefined, second)
      equal(await secret.holderOf('mine'), undefined)
    },
  },
  {
    name: 'a label that is elsewhere is not moved without saying from where',
    fact: reported('1.7', 'https://github.com/hashicorp/terraform-provider-aws/issues/19943'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      await refuses(
        secret.move('AWSCURRENT', second, undefined),
        'InvalidParameterException',
        new RegExp(
          `^The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${secret.first}, so you must explicitly reference that version in RemoveFromVersionId.$`,
        ),
      )
      await secret.move('mine', secret.first, undefined)
      await refuses(secret.move('mine', second, undefined), 'InvalidParameterException')
      deepEqual(await secret.labels(), { [secret.first]: ['AWSCURRENT', 'mine'], [second]: ['AWSPENDING'] })
    },
  },
  {
    name: 'a label that is elsewhere than said is not moved',
    fact: MOVE,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      const third = await secret.put('three', 'mine')
      await refuses(secret.move('AWSCURRENT', second, third), 'InvalidParameterException')
      await refuses(secret.move('AWSPENDING', undefined, third), 'InvalidParameterException')
      deepEqual(await secret.labels(), {
        [secret.first]: ['AWSCURRENT'],
        [second]: ['AWSPENDING'],
        [third]: ['mine'],
      })
    },
  },
  {
    name: 'AWSPREVIOUS follows when AWSCURRENT is moved, back and forth',
    fact: MOVE,
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'mine')
      await secret.move('AWSCURRENT', second, secret.first)
      deepEqual(await secret.labels(), { [secret.first]: ['AWSPREVIOUS'], [second]: ['AWSCURRENT', 'mine'] })
      await secret.move('AWSCURRENT', secret.first, second)
      deepEqual(await secret.labels(), { [secret.first]: ['AWSCURRENT'], [second]: ['AWSPREVIOUS', 'mine'] })
    },
  },
  {
    name: 'outside a rotation AWSPENDING stays on the version that becomes AWSCURRENT',
    fact: recorded('1.5'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      await secret.move('AWSCURRENT', second, secret.first)
      deepEqual((await secret.labels())[second], ['AWSCURRENT', 'AWSPENDING'])
    },
  },
  {
    name: 'a label of the customer stays where it is when AWSCURRENT moves on',
    fact: recorded('1.7'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      await secret.move('mine', secret.first, undefined)
      const second = await secret.put('two')
      await secret.put('three')
      deepEqual((await secret.labels())[secret.first], ['mine'])
      deepEqual((await secret.labels())[second], ['AWSPREVIOUS'])
    },
  },
  {
    name: 'a secret with a value always has AWSCURRENT',
    fact: guide('1.7', 'whats-in-a-secret'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const outcome = await secret
        .move('AWSCURRENT', undefined, secret.first)
        .catch((error: unknown) => error)
      equal(outcome instanceof Error, true)
      equal(await secret.holderOf('AWSCURRENT'), secret.first)
    },
  },
  {
    name: 'AWSPENDING is taken off a stuck version without going anywhere',
    fact: guide('1.6', 'troubleshoot_rotation'),
    run: async ({ client }) => {
      const secret = await Subject.create(client)
      const second = await secret.put('two', 'AWSPENDING')
      await secret.move('AWSPENDING', undefined, second)
      deepEqual(await secret.labels(), { [secret.first]: ['AWSCURRENT'] })
    },
  },
]
