/**
 * The conformance kit for two users and an admin: every case, every point. Each recovery from each point takes three times
 * as long; `QUARTERTURN_KIT=each` does that.
 */
import { asksForEach } from '../../../test/kit-run.ts'
import { describeConformance } from '../test-kit.ts'

describeConformance({
  strategy: 'alternating-users',
  file: 'providers/postgres/alternating/conformance.test.ts',
  recoveries: asksForEach ? 'each' : 'in turn',
  cutsInShort: false,
})
