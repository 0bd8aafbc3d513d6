import { HostGuard } from '../network/host-guard.ts'
import type { HostList } from '../network/host-list.ts'
import type { StepContext } from './context.ts'
import { accountOf } from './event.ts'
import { isOfAccount } from './rds-look-up.ts'

/** What the deployment says of the hosts of secrets. */
export interface HostSettings {
  readonly list: HostList
  readonly allowsLoopback: boolean
}

/** Undefined where the deployment takes every host. */
export function guardOf(c: StepContext): HostGuard | undefined {
  const { hosts } = c.input.settings
  if (hosts === undefined) return undefined
  return new HostGuard({
    rules: hosts.list.get(accountOf(c.arn)) ?? [],
    allowsLoopback: hosts.allowsLoopback,
    isOwn: (host) => isOfAccount(c, host),
  })
}

/**
 * Every host that a value names whose credential this step may send. What lies under other labels may be anything that
 * somebody stored once, so it is looked at only when it is connected to.
 */
export async function requireHosts(guard: HostGuard, versions: StepContext['versions']): Promise<void> {
  const { own, current, candidate, admin } = versions
  for (const version of [current, own, candidate, admin])
    for (const place of [version?.server, version?.consumer])
      if (place !== undefined) await guard.require(place.host)
}
