import { describeConformance } from './test-conformance-on.ts'

await describeConformance({
  kind: 'mariadb',
  rights: 'admin',
  strategies: ['dual-password', 'single-user'],
  whole: ['dual-password'],
  inShortRuns: 'all but cuts',
  file: 'providers/mysql/mariadb-admin.conformance.test.ts',
})
