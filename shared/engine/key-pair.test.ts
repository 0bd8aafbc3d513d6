import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { Stage } from '../../test/simulation/stage.ts'
import { newKeyPair } from '../key-pair.ts'
import { defineProvider, markText, type Provider, type Verdict } from '../provider/index.ts'

const KeySecret = z.looseObject({ username: z.string(), kid: z.string(), privateKey: z.string() })

/** A target that knows two public keys of a client, by their names; a new one takes the place of the older. */
function keyProvider(keys: Map<string, string>): Provider {
  return defineProvider({
    name: 'simulated-keys',
    serves: { engines: ['simulated'] },
    schema: KeySecret,
    capabilities: { strategies: ['dual-password'], repeat: 'harmless', lock: 'none', failedProbe: 'free' },
    identity: ({ username, kid, privateKey }) => ({
      account: username,
      endpoint: 'simulated',
      credential: privateKey,
      id: kid,
    }),
    withCredential: ({ into, from }) => ({ ...into, kid: from['kid'], privateKey: from['privateKey'] }),
    propose: async ({ current, entropy, mark }) => {
      const { thumbprint, privateKey } = await entropy.keyPair('ec-p256')
      return { ...current, kid: `${markText(mark)}.${thumbprint}`, privateKey }
    },
    open: ({ values }) => ({
      check: async () => ({ possible: true, missing: [] }),
      probe: async ({ who }): Promise<Verdict> => {
        const { kid = '', privateKey = '' } = values[who]?.reveal() ?? {}
        const publicKey = keys.get(kid)
        if (publicKey === undefined) return { verdict: 'rejected' }
        const nonce = Buffer.from('a challenge')
        const signature = sign('sha256', nonce, createPrivateKey(privateKey))
        const isTaken = verify('sha256', nonce, createPublicKey(publicKey), signature)
        return isTaken ? { verdict: 'accepted', as: 'A' } : { verdict: 'rejected' }
      },
      exclusive: ({ work }) => work(),
      apply: async ({ from, to }) => {
        const keep = values[from]?.reveal().kid
        const { kid = '', privateKey = '' } = values[to]?.reveal() ?? {}
        for (const old of keys.keys()) if (old !== keep) keys.delete(old)
        keys.set(
          kid,
          createPublicKey(createPrivateKey(privateKey)).export({ format: 'pem', type: 'spki' }).toString(),
        )
        return { result: 'applied' }
      },
      close: async () => undefined,
    }),
  }) as Provider
}

test('key pairs are rotated in two slots: the old one goes on until the next rotation, and the private half stays here', async () => {
  const first = await newKeyPair('ec-p256')
  const keys = new Map([[first.thumbprint, first.publicKey]])
  const stage = new Stage({
    provider: keyProvider(keys),
    value: JSON.stringify({
      engine: 'simulated',
      username: 'A',
      kid: first.thumbprint,
      privateKey: first.privateKey,
    }),
  })
  const kids = [first.thumbprint]
  for (const _ of [1, 2]) {
    await stage.steps(stage.begin())
    kids.push(z.object({ kid: z.string() }).parse(stage.value('AWSCURRENT')).kid)
    expect([...keys.keys()]).toEqual(kids.slice(-2))
  }
  expect(stage.evidence.at(-1)).toMatchObject({ strategy: 'dual-password', class: 'A' })
  expect([...keys.values()].join()).not.toContain('PRIVATE')
  // Each tells whose it is, and of which rotation.
  const marks = kids.slice(1).map((kid) => kid.split('.').slice(0, 3))
  const secret = createHash('sha256').update(stage.secretArn).digest('hex').slice(0, 16)
  expect(marks.map((mark) => mark[1])).toEqual([secret, secret])
  expect(new Set(marks.map((mark) => mark[2])).size).toBe(2)
})
