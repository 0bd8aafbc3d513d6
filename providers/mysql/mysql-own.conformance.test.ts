import { describeConformance } from './test-conformance-on.ts'

await describeConformance({
  kind: 'mysql',
  rights: 'own',
  strategies: ['dual-password', 'single-user'],
  whole: ['dual-password'],
  inShortRuns: 'all',
  file: 'providers/mysql/mysql-own.conformance.test.ts',
})
