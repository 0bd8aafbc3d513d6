import { describe, expect, test } from 'vitest'
import { createSalesforceSecret } from './schema.ts'

const CLIENT = {
  consumerKey: '3MVG9.a_key-1',
  consumerSecret: 'C0FFEE',
  baseUri: 'https://Acme.my.salesforce.com/',
  appId: '0xI000000000001EAA',
  consumerId: '888000000000001',
}
const USER = {
  username: 'robot@acme.example',
  password: 'hidden-1',
  baseUri: 'https://acme--dev.sandbox.my.salesforce.com',
  requiresSecurityToken: false,
}
const issues = (secret: object, options = {}): readonly string[] => {
  const parsed = createSalesforceSecret(options).safeParse(secret)
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message)
}

describe('the secret of a client', () => {
  test('is in the format of AWS, and keeps what it does not know', () => {
    expect(createSalesforceSecret().parse({ ...CLIENT, note: 1 })).toEqual({
      ...CLIENT,
      baseUri: 'https://acme.my.salesforce.com',
      note: 1,
    })
  })

  test.each([
    [{ consumerKey: undefined }, /`consumerKey` is missing/],
    [{ consumerSecret: 'C0FFEE\r\nHost: x' }, /`consumerSecret` has a space/],
    [{ baseUri: 'https://login.salesforce.com' }, /My Domain/],
    [{ baseUri: 'https://acme.my.salesforce.com.evil.example' }, /My Domain/],
    [{ baseUri: 'https://evil.example/?.my.salesforce.com' }, /`baseUri` is not an address like/],
    [{ baseUri: 'http://127.0.0.1:8080' }, /`baseUri` is not an address like/],
    [{ appId: '0xI/../staged' }, /`appId` is not an id/],
    [{ consumerId: '005000000000001' }, /`consumerId` .* begins with 888/],
  ])('with %j is refused with what to do', (changed, message) => {
    const found = issues({ ...CLIENT, ...changed })
    expect(found).toEqual([expect.stringMatching(message)])
    expect(found.join()).not.toContain('C0FFEE')
  })
})

describe('the secret of a user', () => {
  test('says that logins need no security token', () => {
    expect(issues(USER)).toEqual([])
    expect(issues({ ...USER, requiresSecurityToken: 'false', securityToken: '' })).toEqual([])
  })

  test.each([
    [
      { requiresSecurityToken: undefined },
      /`requiresSecurityToken` is not false: a rotation makes Salesforce/,
    ],
    [{ requiresSecurityToken: true }, /`requiresSecurityToken` is not false/],
    [{ securityToken: 'T0KEN-1' }, /`securityToken` is set: .* which no API tells/],
    [{ password: 'hidden-1\n' }, /`password` has a control character/],
    [{ password: '' }, /`password` is empty/],
    [{ username: `${'u'.repeat(81)}` }, /longer than 80/],
    [{ consumerKey: 'key' }, /go together/],
  ])('with %j is refused with what to do', (changed, message) => {
    const found = issues({ ...USER, ...changed })
    expect(found).toEqual([expect.stringMatching(message)])
    expect(found.join()).not.toMatch(/hidden-1|T0KEN-1/)
  })

  test('may be of this machine where clear text to it is allowed', () => {
    const local = { ...USER, baseUri: 'http://127.0.0.1:8080' }
    expect(issues(local, { allowClearTextLoopback: true })).toEqual([])
    expect(issues({ ...USER, baseUri: 'http://db.example' }, { allowClearTextLoopback: true })).toHaveLength(
      1,
    )
  })
})
