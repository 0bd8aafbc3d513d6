import { createRotationHandler } from 'quarterturn/lambda'

/**
 * Rotates Example, and nothing else: a provider from outside of Quarterturn has a function and a role of its
 * own. The provider is loaded with the first secret, so a function that fails to load it can still say why.
 */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'example',
      engines: ['example'],
      load: async () =>
        (await import('../src/index.ts')).createExample({
          allowClearTextLoopback: process.env['EXAMPLE_ALLOW_CLEAR_TEXT_LOOPBACK'] === 'true',
        }),
    },
  ],
})
