import { describeConformance } from '../test-conformance-on.ts'

await describeConformance({
  kind: 'mysql',
  rights: 'pair',
  strategies: ['alternating-users'],
  whole: ['alternating-users'],
  inShortRuns: 'nothing',
  file: 'providers/mysql/alternating/mysql.conformance.test.ts',
})
