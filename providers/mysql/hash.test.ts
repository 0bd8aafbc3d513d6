import { describe, expect, test } from 'vitest'
import { nativeHash, sha256Crypt, stores } from './hash.ts'

describe('what the servers store of a password', () => {
  test('mysql_native_password: the value of PASSWORD()', () => {
    expect(nativeHash('p0')).toBe('*A4AF824E4CFB38DDEFC88B049AC072B2D694CE0A')
  })

  test.each([
    ['Hello world!', 'saltstring', '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
    [
      'a longer password than thirty-two characters, much',
      'aSaltOfSixteen16',
      '8USPZS.Sqy3Eq3GUUbB1GxYu5wqtYCnVvY3/6cCvH68',
    ],
  ])('SHA-256 crypt of %s is what OpenSSL makes of it', (password, salt, digest) => {
    expect(sha256Crypt(password, Buffer.from(salt), 5000)).toBe(digest)
  })

  test.each([
    ['mysql_native_password', '*not a hash'],
    ['caching_sha2_password', '$A$ZZZ$'],
    ['caching_sha2_password', ''],
    ['sha256_password', '$5$short'],
    ['authentication_ldap_simple', 'anything'],
  ])('%s with %s is not known', (plugin, stored) => {
    expect(stores(plugin, Buffer.from(stored), 'p0')).toBeUndefined()
  })

  test('a count of rounds that would keep us busy for minutes is not followed', () => {
    const stored = Buffer.from(`$A$FFF$${'s'.repeat(20)}${'h'.repeat(43)}`)
    expect(stores('caching_sha2_password', stored, 'p0')).toBeUndefined()
  })
})
