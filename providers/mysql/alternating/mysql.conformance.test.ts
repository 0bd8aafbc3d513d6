import { describeConformance } from '../test-conformance-on.ts'

await describeConformance({
  kind: 'mysql',
  rights: 'pair',
  strategies: ['alternating-users'],
  whole: ['alternating-users'],
  inEveryRun: false,
  cutsInEveryRun: false,
  file: 'providers/mysql/alternating/mysql.conformance.test.ts',
})
