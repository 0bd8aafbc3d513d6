/** A process that starts a function and waits to be killed; run by `lambda.test.ts`. */
import { startFunction } from './lambda.ts'

const [bundle = ''] = process.argv.slice(2)
await startFunction({
  bundle,
  arn: 'arn:aws:lambda:eu-west-1:111122223333:function:orphan',
  timeoutMs: 1_000,
  environment: { AWS_REGION: 'eu-west-1' },
  onLog: () => {},
})
process.stdout.write('ready\n')
setInterval(() => {}, 1_000)
