import { describe, expect, test } from 'vitest'
import { givesBroadAccess, locksOut, parsePolicy } from './resource-policy.ts'

const ROOT = 'arn:aws:iam::111122223333:root'
const GOOD = {
  Effect: 'Allow',
  Principal: { AWS: ROOT },
  Action: 'secretsmanager:GetSecretValue',
  Resource: '*',
}
const policyOf = (statement: unknown, more: object = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement], ...more })

describe('a policy is taken', () => {
  test.each([
    ['with one statement', JSON.stringify({ Version: '2012-10-17', Statement: GOOD })],
    ['with lists', policyOf({ ...GOOD, Principal: { AWS: [ROOT, '111122223333'] }, Action: ['a:b', 'c:d'] })],
    ['for a service', policyOf({ ...GOOD, Principal: { Service: 'lambda.amazonaws.com' } })],
    ['with a condition', policyOf({ ...GOOD, Condition: { Bool: { 'aws:SecureTransport': true } } })],
  ])('%s', (_why, text) => {
    expect(parsePolicy(text).Statement).toHaveLength(1)
  })
})

describe('a policy is refused', () => {
  const SYNTAX = 'This resource policy contains a syntax error.'
  test.each([
    ['that is no JSON', '{', SYNTAX],
    ['that is a list', '[]', SYNTAX],
    ['without statements', policyOf(undefined, { Statement: [] }), SYNTAX],
    ['of an unknown version', policyOf(GOOD, { Version: '2019-10-19' }), SYNTAX],
    ['with an unknown effect', policyOf({ ...GOOD, Effect: 'AllowSomething' }), SYNTAX],
    ['with an unknown member', policyOf({ ...GOOD, Extra: 1 }), SYNTAX],
    ['without a principal', policyOf({ ...GOOD, Principal: undefined }), SYNTAX],
    ['with an action and its opposite', policyOf({ ...GOOD, NotAction: 'a:b' }), SYNTAX],
    ['for a name', policyOf({ ...GOOD, Principal: { AWS: 'bob' } }), 'unsupported principal'],
    ['for no service', policyOf({ ...GOOD, Principal: { Service: 'lambda' } }), 'invalid service principal'],
  ])('%s', (_why, text, says) => {
    expect(() => parsePolicy(text)).toThrow(says)
  })
})

describe('broad access', () => {
  const isBroad = (more: object) => givesBroadAccess(parsePolicy(policyOf({ ...GOOD, ...more })))
  const everybody = { Principal: '*' }
  test.each([
    ['everybody', everybody, true],
    ['everybody among others', { Principal: { AWS: [ROOT, '*'] } }, true],
    ['all but one', { Principal: undefined, NotPrincipal: { AWS: ROOT } }, true],
    ['an account', {}, false],
    ['nobody', { ...everybody, Effect: 'Deny' }, false],
    [
      'one VPC endpoint',
      { ...everybody, Condition: { StringEquals: { 'AWS:SourceVpce': ['vpce-1'] } } },
      false,
    ],
    ['any VPC endpoint', { ...everybody, Condition: { StringLike: { 'aws:SourceVpce': ['vpce-*'] } } }, true],
    [
      'all but one VPC endpoint',
      { ...everybody, Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } },
      true,
    ],
    ['whoever uses TLS', { ...everybody, Condition: { Bool: { 'aws:SecureTransport': true } } }, true],
  ])('to %s', (_whom, more, expected) => {
    expect(isBroad(more)).toBe(expected)
  })
})

test('a policy that denies everybody everything locks out, one that denies a single call does not', () => {
  const denies = (Action: string) =>
    locksOut(parsePolicy(policyOf({ ...GOOD, Effect: 'Deny', Principal: '*', Action })))
  expect([denies('secretsmanager:*'), denies('*'), denies('secretsmanager:DeleteSecret')]).toEqual([
    true,
    true,
    false,
  ])
})
