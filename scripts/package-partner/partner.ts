import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createEntropy, createRotate, DEFAULT_POLICY } from 'quarterturn'
import { CALM, createLocalSecretsManager, portTo } from 'quarterturn/local'
import { defineProvider, type Session, type Verdict } from 'quarterturn/provider'
import { z } from 'zod'

/** The target: one password for each account, in memory. */
export const notebook = new Map<string, string>()

const NotebookSecret = z.looseObject({
  engine: z.literal('notebook'),
  username: z.string(),
  password: z.string(),
})

/** A provider as a partner writes it, with nothing but what the package exports. */
export const notebookProvider = defineProvider({
  name: 'notebook',
  serves: { engines: ['notebook'] },
  schema: NotebookSecret,
  capabilities: { strategies: ['single-user'], repeat: 'harmless', lock: 'none', failedProbe: 'free' },

  identity: ({ username, password }) => ({ account: username, endpoint: 'notebook', credential: password }),
  withCredential: ({ into, from }) => ({ ...into, password: from['password'] }),
  propose: ({ current, entropy }) => ({ ...current, password: entropy.password() }),

  open({ values }): Session {
    return {
      async check() {
        return { possible: true, missing: [] }
      },
      async probe({ who }): Promise<Verdict> {
        const secret = values[who]?.reveal()
        if (secret === undefined) return { verdict: 'unknown', reason: `there is no ${who} value` }
        return notebook.get(secret.username) === secret.password
          ? { verdict: 'accepted', as: secret.username }
          : { verdict: 'rejected' }
      },
      exclusive: ({ work }) => work(),
      async apply({ to }) {
        const secret = values[to]?.reveal()
        if (secret === undefined) throw new Error(`there is no ${to} value`)
        notebook.set(secret.username, secret.password)
        return { result: 'applied' }
      },
      async close() {},
    }
  },
})

/** One rotation of its secret, in one process: the local Secrets Manager calls the engine, the engine the provider. */
const model = createLocalSecretsManager({ unpublished: CALM })
const functionArn = `arn:aws:lambda:${model.region}:${model.accountId}:function:rotate-notebook`
const steps: string[] = []
const rotate = createRotate({
  resolveProvider: async () => notebookProvider,
  deps: {
    secretsManager: portTo(model),
    entropy: createEntropy(DEFAULT_POLICY),
    clock: {
      now: () => Date.now(),
      sleep: async (ms, signal) => void (await setTimeout(ms, undefined, { signal })),
    },
    observe: {
      decided: () => {},
      stepEnded: ({ step, outcome }) => void steps.push(`${step} ${outcome}`),
      evidence: async () => {},
    },
  },
  settings: {},
})
model.registerFunction(functionArn, (event) => rotate({ event, functionArn, timeLeftMs: () => 30_000 }))

notebook.set('reader', 'first')
const SecretString = JSON.stringify({ engine: 'notebook', username: 'reader', password: 'first' })
const { ARN } = model.call('CreateSecret', {
  Name: 'notebook',
  ClientRequestToken: randomUUID(),
  SecretString,
})
model.call('RotateSecret', {
  SecretId: ARN,
  ClientRequestToken: randomUUID(),
  RotationLambdaARN: functionArn,
})
await model.settled()

const current: unknown = JSON.parse(model.call('GetSecretValue', { SecretId: ARN }).SecretString ?? '')
assert.notEqual(notebook.get('reader'), 'first')
assert.deepEqual(current, { engine: 'notebook', username: 'reader', password: notebook.get('reader') })
console.log(`a partner's provider: ${steps.join(', ')}`)
