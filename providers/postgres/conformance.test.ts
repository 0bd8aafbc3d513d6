/** The conformance kit for one user changed in place: every case, every point, every recovery. */
import { describeConformance } from './test-kit.ts'

describeConformance({
  strategy: 'single-user',
  file: 'providers/postgres/conformance.test.ts',
  recoveries: 'each',
  cutsInShort: true,
})
