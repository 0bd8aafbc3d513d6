import { QuarterturnError } from '../errors/index.ts'
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
 * somebody stored once, so it is looked at only when it is connected to. A provider that does not say where a credential goes
 * could send it anywhere.
 */
export async function requireHosts(
  guard: HostGuard,
  c: Pick<StepContext, 'versions' | 'provider'>,
): Promise<void> {
  // Where nobody signs in, nothing is sent to the host: there is nothing to look it up for.
  if (c.provider?.capabilities.probe === 'none') return
  const { own, current, candidate, admin } = c.versions
  for (const version of [current, own, candidate, admin]) {
    if (version === undefined) continue
    if (version.server === undefined)
      throw new QuarterturnError('PROVIDER_FAILED', {
        problem: `the provider ${c.provider?.name} does not say which server a secret is of, and this function limits hosts`,
      })
    for (const place of [version.server, version.consumer])
      if (place !== undefined) await guard.require(place.host)
  }
}
