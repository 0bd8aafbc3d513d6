import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createExample } from '../src/index.ts'

const secret = {
  engine: 'example',
  url: 'https://api.example.com',
  username: 'reader',
  password: 'a password',
}

/** The issues of a stored secret, each with its field first. */
function issuesOf(changes: { readonly [field: string]: unknown }, allowClearTextLoopback = false): string[] {
  const { schema } = createExample({ allowClearTextLoopback })
  const parsed = schema.safeParse({ ...secret, ...changes })
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message)
}

test('a whole secret is taken, with the keys of its owner', () => {
  assert.deepEqual(issuesOf({ team: 'blue' }), [])
  const { schema } = createExample()
  assert.deepEqual(schema.parse({ ...secret, team: 'blue' }), { ...secret, team: 'blue' })
})

for (const field of ['engine', 'url', 'username', 'password'])
  test(`a secret without ${field} is refused by name`, () => {
    assert.match(issuesOf({ [field]: undefined }).join(), new RegExp(`^\`${field}\` `))
  })

for (const url of [
  'http://api.example.com',
  'http://127.0.0.1:8080',
  'https://user:word@api.example.com',
  'https://api.example.com/path',
  'https://api.example.com?to=elsewhere',
  'api.example.com',
])
  test(`${url} is no address for a password`, () => {
    assert.equal(issuesOf({ url }).length, 1)
  })

test('clear text is for this machine alone, and only where it is allowed', () => {
  assert.deepEqual(issuesOf({ url: 'http://127.0.0.1:8080' }, true), [])
  assert.equal(issuesOf({ url: 'http://api.example.com' }, true).length, 1)
})

test('an address is one endpoint however it is written', () => {
  const { identity, schema } = createExample()
  const endpointOf = (url: string): string => identity(schema.parse({ ...secret, url })).endpoint
  assert.equal(endpointOf('https://API.example.com:443/'), endpointOf('https://api.example.com'))
})

test('the function offers the provider by the name and the engines that it has', () => {
  const source = readFileSync(new URL('../handlers/rotate-example.ts', import.meta.url), 'utf8')
  const { name, serves } = createExample()
  assert.ok(source.includes(`name: '${name}',`))
  assert.ok(source.includes(`engines: [${serves.engines.map((engine) => `'${engine}'`).join(', ')}],`))
})
