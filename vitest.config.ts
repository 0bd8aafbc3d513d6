import './scripts/require-node.js'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { TallyReporter } from './test/reporter.ts'
import { LongFirst } from './test/sequencer.ts'

export default defineConfig({
  test: {
    include: ['{shared,providers,handlers,test,scripts,demo}/**/*.test.ts', 'cli/*.test.ts'],
    setupFiles: ['test/calls/setup.ts'],
    // Real servers and bundles take a while on a small machine; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Tests that wait for a server leave a core idle, so a small machine runs two files at a time too.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: LongFirst },
    reporters: [new TallyReporter()],
  },
})
