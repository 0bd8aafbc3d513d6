import { describeConformance } from './test-conformance-on.ts'

await describeConformance({
  kind: 'mariadb',
  rights: 'admin',
  strategies: ['dual-password', 'single-user'],
  whole: ['dual-password'],
  inEveryRun: true,
  cutsInEveryRun: true,
  file: 'providers/mysql/mariadb-admin.conformance.test.ts',
})
