import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{shared,providers,handlers,test,scripts,demo}/**/*.test.ts'],
    // Real servers and bundles take a while on a small machine; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
})
