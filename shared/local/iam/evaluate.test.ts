import { describe, expect, test } from 'vitest'
import { evaluate, isLike } from './evaluate.ts'
import { type PolicyInput, parsePolicy } from './policy.ts'

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf'

function verdict(statement: object, context: Record<string, string | undefined> = {}, resource = ARN) {
  const policy = parsePolicy({
    Statement: { Effect: 'Allow', Resource: '*', ...statement } as PolicyInput['Statement'],
  })
  return evaluate([policy], { action: 'secretsmanager:GetSecretValue', resource, context })
}

describe('a statement', () => {
  test.each<[Action: string, isAbout: boolean]>([
    ['*', true],
    ['secretsmanager:*', true],
    ['SecretsManager:getsecretvalue', true],
    ['secretsmanager:Get*', true],
    ['secretsmanager:Get?ecretValue', true],
    ['secretsmanager:Get', false],
    ['secretsmanager:GetSecretValue?', false],
    ['kms:*', false],
  ])('about %s: %s', (Action, isAbout) => {
    expect(verdict({ Action })).toBe(isAbout ? 'allowed' : 'not mentioned')
    const other = { Statement: { Effect: 'Allow', NotAction: Action, Resource: '*' } } as const
    const request = { action: 'secretsmanager:GetSecretValue', resource: ARN, context: {} }
    expect(evaluate([parsePolicy(other)], request)).toBe(isAbout ? 'not mentioned' : 'allowed')
  })

  test.each<[Resource: string, isAbout: boolean]>([
    [ARN, true],
    [ARN.replace('AbCdEf', '??????'), true],
    [ARN.replace('app/db', 'app/*'), true],
    [ARN.toLowerCase(), false],
    [ARN.replace('db', 'other'), false],
    [ARN.slice(0, -1), false],
  ])('about the resource %s: %s', (Resource, isAbout) => {
    expect(verdict({ Action: '*', Resource })).toBe(isAbout ? 'allowed' : 'not mentioned')
  })

  test('that denies wins over any that allows', () => {
    const allow = parsePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } })
    const deny = parsePolicy({ Statement: { Effect: 'Deny', Action: 'secretsmanager:*', Resource: ARN } })
    const request = { action: 'secretsmanager:GetSecretValue', resource: ARN, context: {} }
    expect(evaluate([allow, deny], request)).toBe('denied')
    expect(evaluate([], request)).toBe('not mentioned')
  })
})

describe('a condition', () => {
  const holds = (operator: string, expected: string | string[], actual: string | undefined): boolean =>
    verdict({ Action: '*', Condition: { [operator]: { 'aws:Key': expected } } }, { 'AWS:key': actual }) ===
    'allowed'

  test.each<[operator: string, expected: string | string[], actual: string | undefined, holds: boolean]>([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', ['b', 'a'], 'a', true],
    ['StringEquals', 'A', 'a', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a', undefined, false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAllValues:StringEquals', 'a', 'a', true],
    ['ForAllValues:StringEquals', 'a', 'b', false],
    ['StringEqualsIgnoreCase', 'A', 'a', true],
    ['StringNotEquals', ['a', 'b'], 'a', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringNotEquals', 'a', undefined, true],
    ['StringLike', 'a*c?', 'abbcd', true],
    ['StringLike', 'a*', 'ba', false],
    ['StringNotLike', 'a*', 'ba', true],
    ['ArnEquals', ARN.replace('app/db', '*'), ARN, true],
    ['ArnLike', 'arn:aws:*:*:*:secret:app/*', ARN, true],
    ['ArnLike', 'arn:aws:*:secret:app/*', ARN, false],
    ['ArnNotLike', 'arn:aws:*:*:*:secret:app/*', ARN, false],
    ['Bool', 'true', 'TRUE', true],
    ['Null', 'true', undefined, true],
    ['Null', 'false', undefined, false],
    ['Null', 'false', 'a', true],
  ])('%s %j of %j: %s', (operator, expected, actual, expectation) => {
    expect(holds(operator, expected, actual)).toBe(expectation)
  })

  test('holds only if each of its keys does', () => {
    const Condition = { StringEquals: { one: '1', two: '2' } }
    expect(verdict({ Action: '*', Condition }, { one: '1', two: '2' })).toBe('allowed')
    expect(verdict({ Action: '*', Condition }, { one: '1', two: '3' })).toBe('not mentioned')
  })
})

test.each<[why: string, statement: object]>([
  ['an operator', { Action: '*', Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-01' } } }],
  ['a set operator', { Action: '*', Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } } }],
  ['a variable', { Action: '*', Resource: `arn:aws:s3:::$${'{aws:PrincipalAccount}'}` }],
  ['an element', { Action: '*', NotPrincipal: '*' }],
  ['two actions in one', { Action: '*', NotAction: '*' }],
  ['no action', {}],
])('a policy with %s that is not modelled is refused when it is given', (_why, statement) => {
  expect(() => verdict(statement)).toThrow(TypeError)
})

test('a hostile pattern costs little', () => {
  const startedAt = performance.now()
  expect(isLike('a'.repeat(20_000), `${'a*'.repeat(500)}b`)).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
