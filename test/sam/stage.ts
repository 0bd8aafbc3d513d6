/** What the rotations of built packages have in common: accounts of the local model, the stacks, and what must hold at the end. */
import assert from 'node:assert/strict'
import { CALM, createLocalAws, type LocalAws, serveLocal } from '../../shared/local/index.ts'
import { type DeployedFunction, deployFunction, makeRole, resourcesOf, type Stack } from './deployed.ts'
import type { Rotated } from './rotation.ts'

export const FUNCTIONS = '111122223333'
export const MEMBER = '444455556666'
const EXTERNAL_ID = 'external-id-of-the-hub'

/** Folders that `sam build` wrote. */
export interface Built {
  readonly workload: string
  readonly hub: string
}

export async function onLocalAws<T>(work: (aws: LocalAws, url: string) => Promise<T>): Promise<T> {
  const aws = createLocalAws({ accountId: FUNCTIONS, unpublished: CALM })
  const server = await serveLocal(aws)
  try {
    return await work(aws, server.url)
  } finally {
    await server.close()
  }
}

/** `template.yaml`, with these parameters besides. */
export const workload = (parameters: Readonly<Record<string, string>> = {}): Stack => ({
  template: 'template.yaml',
  account: FUNCTIONS,
  parameters: {
    DeployRotate: 'true',
    DeployRotateMysql: 'true',
    DeployRotateOauth: 'true',
    DeployRotatePostgres: 'true',
    SecretNamePrefix: 'app/',
    AdminSecretNamePrefix: 'admin/',
    ...parameters,
  },
})

interface InHub {
  readonly aws: LocalAws
  readonly handler: string
  /** Names its switch among the parameters. */
  readonly deploys: string
  readonly built: string
  /** Which the secrets of the member account may name. */
  readonly hosts: string
  readonly environment: Readonly<Record<string, string>>
}

/** `templates/hub.yaml`, and in the member account `templates/target-role.yaml`. */
export function deployInHub({ aws, handler, deploys, built, hosts, environment }: InHub): DeployedFunction {
  const role = `quarterturn-target-${handler}`
  const stack: Stack = {
    template: 'templates/hub.yaml',
    account: FUNCTIONS,
    parameters: {
      [deploys]: 'true',
      Accounts: MEMBER,
      ExternalId: EXTERNAL_ID,
      Hosts: `${MEMBER}=${hosts}`,
      Release: '2611292100',
    },
  }
  const deployed = deployFunction({
    aws,
    stack,
    handler,
    built,
    environment: { ...environment, QUARTERTURN_ALLOW_LOOPBACK_TARGETS: 'true' },
  })
  const target: Stack = {
    template: 'templates/target-role.yaml',
    account: MEMBER,
    parameters: {
      RoleName: role,
      ExecutionRoleArn: deployed.role.arn,
      FunctionArn: deployed.arn,
      ExternalId: EXTERNAL_ID,
      SecretNamePrefix: 'app/',
    },
  }
  makeRole(aws, MEMBER, role, resourcesOf(target)['TargetRole'])
  return deployed
}

/** Within its memory, with a record in the log, and without a credential there. */
export function requireQuiet(
  { peakMb, output }: Rotated,
  memoryMb: number,
  credentials: readonly unknown[],
): string {
  assert.ok(peakMb > 0 && peakMb < memoryMb, `${peakMb} MB of ${memoryMb}`)
  assert.match(output, /Rotation evidence/)
  for (const credential of credentials)
    assert.ok(typeof credential === 'string' && !output.includes(credential), 'the log holds a credential')
  return `at most ${peakMb} MB of ${memoryMb}`
}

/** What the alarm of the account looks at. */
export function requireAccountIn({ output }: Rotated): void {
  assert.match(output, /\["service","provider","account"\]/)
  assert.match(output, new RegExp(`"account":"${MEMBER}"`))
}
