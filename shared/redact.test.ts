import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isQuarterturnError, QuarterturnError } from './errors/index.ts'
import { createCleaner } from './redact.ts'

const awkward = `p'a"s\\s w/o+r%d:é😀=`

function cleanerFor(...values: string[]) {
  const cleaner = createCleaner()
  for (const value of values) cleaner.know(value)
  return cleaner
}

/** How code writes a value into text, built here by other means than in the cleaner where there are any. */
const writers: Record<string, (value: string) => string> = {
  'as it is': (value) => value,
  JSON: (value) => JSON.stringify({ password: value }),
  'JSON in JSON': (value) => JSON.stringify({ SecretString: JSON.stringify({ password: value }) }),
  'util.inspect': (value) => inspect({ password: value }),
  'a printed Buffer': (value) => inspect(Buffer.from(value)),
  'a serialised Buffer': (value) => JSON.stringify(Buffer.from(value)),
  encodeURIComponent: (value) => `postgres://app:${encodeURIComponent(value)}@db`,
  encodeURI: (value) => encodeURI(`https://db/?p=${value}`),
  'a query string': (value) => new URLSearchParams({ p: value }).toString(),
  'lower-case percent encoding': (value) =>
    encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  'Basic authorization': (value) => `Basic ${Buffer.from(`app:${value}`).toString('base64')}`,
  'base64 of a whole document': (value) => Buffer.from(`{"a":1}${value}{"b":2}`).toString('base64'),
  hex: (value) => Buffer.from(value).toString('hex'),
  'upper-case hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'an SQL literal': (value) => `PASSWORD '${value.replaceAll("'", "''")}'`,
  'an E literal': (value) => `PASSWORD E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
  'an SQL identifier': (value) => `"${value.replaceAll('"', '""')}"`,
}

describe('a known value is taken out', () => {
  for (const [how, write] of Object.entries(writers)) {
    test(`written as ${how}`, () => {
      const text = write(awkward)
      const cleaned = cleanerFor(awkward).clean(`before ${text} after`)
      expect(cleaned).toContain('[redacted]')
      expect(cleaned).toMatch(/^before .* after$/)
      expect(cleaned.length).toBeLessThan(`before ${text} after`.length)
      for (const [other, form] of Object.entries(writers)) {
        if (other !== 'base64 of a whole document' && other !== 'Basic authorization') {
          expect(cleaned).not.toContain(form(awkward))
        }
      }
    })
  }

  test('in any form, whatever the value', () => {
    const value = fc.string({ unit: 'binary', minLength: 4, maxLength: 40 })
    fc.assert(
      fc.property(value, fc.constantFrom(...Object.keys(writers)), (secret, how) => {
        const write = writers[how] ?? String
        // A lone surrogate cannot be encoded at all by these.
        fc.pre(secret.isWellFormed())
        fc.pre(how !== 'a printed Buffer' || Buffer.byteLength(secret) <= 50)
        expect(cleanerFor(secret).clean(write(secret))).toContain('[redacted]')
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })

  test('line by line, when it has several', () => {
    const pem =
      '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\nAASCBKcwggSjAgEAAoIBAQC7\n-----END KEY-----'
    const cleaned = cleanerFor(pem).clean(inspect({ key: pem }))
    expect(cleaned).not.toMatch(/MIIE|AASC/)
  })

  test('leaves nothing of two values that overlap', () => {
    expect(cleanerFor('abcdef', 'cdefghij').clean('xabcdefghijx')).toBe('x[redacted]x')
  })

  test('takes the longer of two values that begin alike', () => {
    expect(cleanerFor('hunter', 'hunter22').clean('hunter22!')).toBe('[redacted]!')
  })

  test('is not confused by a value that is part of the replacement', () => {
    expect(cleanerFor('redacted', 'acte', 'swordfish').clean('swordfish')).toBe('[redacted]')
  })
})

describe('a short value', () => {
  test('is taken out where it stands alone', () => {
    expect(cleanerFor('ab').clean(`user 'app' password 'ab' url=x:ab@db`)).toBe(
      `user 'app' password '[redacted]' url=x:[redacted]@db`,
    )
  })

  test('leaves words, ids and hex digests readable', () => {
    const line = 'table abc, version 00000000-6162-4abc-8000-616200000000, base64 YWI='
    expect(cleanerFor('ab').clean(line)).toBe(line)
  })

  test('that is empty changes nothing', () => {
    expect(cleanerFor('').clean('text')).toBe('text')
  })
})

describe('an error', () => {
  const secret = 'correct horse'

  test('of a driver loses what the driver attached', () => {
    const error = Object.assign(new Error(`password "${secret}" refused`), {
      code: '28P01',
      severity: 'FATAL',
      query: `ALTER ROLE app PASSWORD '${secret}'`,
      detail: secret,
      where: secret,
      internalQuery: secret,
      parameters: [secret],
      client: { password: secret },
      $response: { body: secret },
      config: { headers: { authorization: secret } },
      errno: -111,
    })
    const cleaned = cleanerFor(secret).cleanError(error)
    expect(Object.keys(cleaned).toSorted()).toEqual(['code', 'errno'])
    expect(cleaned.message).toBe('password "[redacted]" refused')
    expect(inspect(cleaned, { depth: 10, showHidden: true })).not.toContain(secret)
  })

  test('keeps its causes, cleaned, down to a bounded depth', () => {
    const circle = new Error(secret)
    circle.cause = circle
    const cleaned = cleanerFor(secret).cleanError(new Error('outer', { cause: circle }))
    expect(inspect(cleaned, { depth: 20 })).not.toContain(secret)
    let depth = 0
    for (let at: unknown = cleaned; at instanceof Error; at = at.cause) depth += 1
    expect(depth).toBe(5)
  })

  test('of ours stays one', () => {
    const error = new QuarterturnError('CURRENT_REFUSED', {
      problem: `refused ${secret}`,
      step: 'setSecret',
      fields: { user: `app ${secret}`, tries: 1 },
      cause: new Error(secret),
    })
    const cleaned = cleanerFor(secret).cleanError(error)
    if (!isQuarterturnError(cleaned)) throw new Error('not a QuarterturnError')
    expect(cleaned).toMatchObject({
      code: 'CURRENT_REFUSED',
      step: 'setSecret',
      problem: 'refused [redacted]',
      fields: { user: 'app [redacted]', tries: 1 },
    })
    expect(cleaned.retryable).toBe(error.retryable)
    expect(inspect(cleaned, { depth: 10 })).not.toContain(secret)
  })

  test('with an empty message tells what it gathers', () => {
    const error = new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error(secret)], '')
    expect(cleanerFor(secret).cleanError(error).message).toBe('connect ECONNREFUSED ::1:5432; [redacted]')
  })

  test('that is not an error, or fights back, is still answered', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error(secret)
        },
        has: () => {
          throw new Error(secret)
        },
      },
    )
    for (const thrown of [secret, 7, null, undefined, {}, Symbol('x'), hostile, { message: 5, cause: 1 }]) {
      const cleaned = cleanerFor(secret).cleanError(thrown)
      expect(cleaned).toBeInstanceOf(Error)
      expect(inspect(cleaned)).not.toContain(secret)
    }
  })
})
