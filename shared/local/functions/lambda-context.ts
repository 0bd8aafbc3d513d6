import { randomUUID } from 'node:crypto'

/** What Lambda hands to a Node function beside the event. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface LambdaContext {
  readonly functionName: string
  readonly functionVersion: '$LATEST'
  readonly invokedFunctionArn: string
  readonly memoryLimitInMB: string
  readonly awsRequestId: string
  readonly logGroupName: string
  readonly logStreamName: string
  callbackWaitsForEmptyEventLoop: boolean
  getRemainingTimeInMillis(): number
}

const TIMEOUT_MS = 900_000

/** As a function of that name gets it, with Lambda's longest timeout; nothing ends it when that is over. */
export function lambdaContext(arn: string): LambdaContext {
  const endsAt = Date.now() + TIMEOUT_MS
  const functionName = arn.slice(arn.lastIndexOf(':') + 1)
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '1024',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
  }
}
