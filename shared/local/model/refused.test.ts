import { expect, test } from 'vitest'
import { createLocalAws } from '../index.ts'
import { takeState } from '../state-file/state.ts'

/** Found by the fuzzer: what is refused must not even move the random numbers, or later ids depend on it. */
test('a CreateSecret that is refused for its tags leaves everything as it was', () => {
  const aws = createLocalAws()
  const model = aws.defaultAccount.secretsManager()
  const before = JSON.stringify(takeState(aws))
  const Tags = [{ Key: 'aws:reserved', Value: 'x' }]
  expect(() => model.call('CreateSecret', { Name: 'db', ClientRequestToken: 'x'.repeat(32), Tags })).toThrow(
    'aws:',
  )
  expect(JSON.stringify(takeState(aws))).toBe(before)
})

test('an account has no state for a Region that was only asked about', () => {
  const aws = createLocalAws()
  const before = JSON.stringify(takeState(aws))
  const ask = () => aws.defaultAccount.secretsManager('sa-east-1').call('DescribeSecret', { SecretId: 'db' })
  expect(ask).toThrow("can't find")
  aws.defaultAccount.scheduler('sa-east-1')
  expect(JSON.stringify(takeState(aws))).toBe(before)
})

test('a message stays short, however much is wrong', () => {
  const model = createLocalAws().defaultAccount.secretsManager()
  const RemoveReplicaRegions = Array.from({ length: 200 }, (_, at) => `no Region ${at}`)
  const remove = () => model.call('RemoveRegionsFromReplication', { SecretId: 'db', RemoveReplicaRegions })
  expect(remove).toThrow(/^200 validation errors detected: .{1,2000}$/)
})
