import { createRotationHandler } from 'quarterturn/lambda'

/**
 * Rotates Example Target, and nothing else: a provider from outside of Quarterturn has a function and a role of its
 * own. The provider is loaded with the first secret, so a function that fails to load it can still say why.
 */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'example-target',
      engines: ['example-target'],
      load: async () =>
        (await import('../src/index.ts')).createExampleTarget({
          allowClearTextLoopback: process.env['EXAMPLE_TARGET_ALLOW_CLEAR_TEXT_LOOPBACK'] === 'true',
        }),
    },
  ],
})
