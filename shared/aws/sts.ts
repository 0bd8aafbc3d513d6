import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { abortOptions } from './abort.ts'
import { LIMITS } from './limits.ts'
import type { StsPort } from './sts-port.ts'

/**
 * STS by the SDK, at the endpoint of the function's Region, whose sessions are good in every Region. Region, credentials and
 * `AWS_ENDPOINT_URL_STS` are read from the environment by the SDK.
 */
export function createSts(client = new STSClient(LIMITS)): StsPort {
  return { assumeRole: (input) => client.send(new AssumeRoleCommand(input), abortOptions()) }
}
