/**
 * The conformance kit for two users and an admin: every case, every point. Each recovery from each point takes three times
 * as long; `QUARTERTURN_RECOVERIES=each` does that.
 */
import { describeConformance } from '../test-kit.ts'

describeConformance({
  strategy: 'alternating-users',
  file: 'providers/postgres/alternating/conformance.test.ts',
  recoveries: process.env['QUARTERTURN_RECOVERIES'] === 'each' ? 'each' : 'in turn',
})
