import { describeConformance } from './test-conformance-on.ts'

await describeConformance({
  kind: 'mariadb',
  rights: 'own',
  strategies: ['single-user'],
  whole: ['single-user'],
  inShortRuns: 'nothing',
  file: 'providers/mysql/mariadb-own.conformance.test.ts',
})
