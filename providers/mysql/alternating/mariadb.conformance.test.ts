import { describeConformance } from '../test-conformance-on.ts'

await describeConformance({
  kind: 'mariadb',
  rights: 'pair',
  strategies: ['alternating-users'],
  whole: ['alternating-users'],
  inShortRuns: 'nothing',
  file: 'providers/mysql/alternating/mariadb.conformance.test.ts',
})
