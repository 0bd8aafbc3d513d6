import type { Random } from '../../shared/local/model/random.ts'

export const oneOf = <T>(random: Random, from: readonly [T, ...T[]]): T =>
  from[random.below(from.length)] ?? from[0]

export const TOKEN = '00000000-0000-4000-8000-000000000000'
export const PLACE = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:'

/** Texts that programs trip over. */
const TEXTS = [
  '',
  ' ',
  '\u0000',
  'db\u0000',
  '\ud800',
  'a\udc00b',
  '\ud83d\ude00'.repeat(200),
  '\ufeffdb',
  '\u202edb',
  'e\u0301'.repeat(100),
  '\uffff\ufffe',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '../../../etc/passwd',
  '%00%0d%0a',
  "' OR '1'='1",
  '$' + '{7*7}',
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
  'x'.repeat(31),
  'x'.repeat(32),
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(513),
  'x'.repeat(2049),
  'x'.repeat(4097),
  'x'.repeat(20_481),
  '(a+)+$',
  `${'a'.repeat(300)}!`,
  '*',
  'arn:',
  'arn:aws:secretsmanager',
  PLACE,
  `${PLACE}*`,
  `${PLACE}db-??????`,
  `${PLACE}db-AAAAAA`,
  `${PLACE}__proto__-AAAAAA`,
  'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AAAAAA',
  'arn:aws-cn:secretsmanager:eu-west-1:999999999999:secret:db-AAAAAA',
  'AWSCURRENT',
  'AWSPENDING',
  'AWSPREVIOUS',
  'aws:reserved',
  TOKEN,
  'rate(0 days)',
  'rate(99999 hours)',
  'cron(* * * * * *)',
  `cron(0 ${'1,'.repeat(100)}2 ? * MON *)`,
  'cron(0 9-8/0 ? * 99#9 *)',
  '-1h',
  '99h',
] as const

/** Values of every other type, and of odd shapes. */
const OTHERS: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -1,
  () => 1.5,
  () => 4097,
  () => Number.MAX_SAFE_INTEGER + 1,
  () => 1e308,
  () => [],
  () => [[]],
  () => [null],
  () => ['', ''],
  () => Array.from({ length: 200 }, (_, at) => `v${at}`),
  () => ({}),
  () => ({ length: 5 }),
  () => ({ toString: 'x', valueOf: 'y' }),
  () => JSON.parse('{"__proto__":{"SecretId":"db","isAdmin":true}}'),
  () => ({ constructor: { prototype: { isAdmin: true } } }),
  () => nested(12),
]

/** Of the size of the limit of a value, and one more, also where a character takes several bytes. */
const LARGE: readonly (() => string)[] = [
  () => 'x'.repeat(65_536),
  () => 'x'.repeat(65_537),
  () => 'é'.repeat(32_769),
  () => '\u0001'.repeat(66_000),
  () => '😀'.repeat(16_385),
]

const nested = (depth: number): unknown => (depth === 0 ? {} : { a: nested(depth - 1) })

export function hostileText(random: Random): string {
  if (random.chance(0.01)) return oneOf(random, LARGE as [() => string])()
  if (random.chance(0.1))
    return TEXTS[random.below(TEXTS.length)] + String.fromCharCode(random.below(0x1_0000))
  return TEXTS[random.below(TEXTS.length)] ?? ''
}

export function hostileValue(random: Random): unknown {
  if (random.chance(0.5)) return hostileText(random)
  return OTHERS[random.below(OTHERS.length)]?.()
}

/** Names of members that should not be there, or that mean something to JavaScript. */
export const MEMBERS = [
  '__proto__',
  'constructor',
  'prototype',
  'secretId',
  'SECRETID',
  '',
  'toJSON',
  'then',
  '0',
] as const
