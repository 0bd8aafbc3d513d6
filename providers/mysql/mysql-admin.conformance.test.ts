import { describeConformance } from './test-conformance-on.ts'

await describeConformance({
  kind: 'mysql',
  rights: 'admin',
  strategies: ['dual-password', 'single-user'],
  whole: ['single-user'],
  inShortRuns: 'nothing',
  file: 'providers/mysql/mysql-admin.conformance.test.ts',
})
