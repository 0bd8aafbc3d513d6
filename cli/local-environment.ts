import type { Local } from '../shared/local/index.ts'

/** What a shell may have set that goes before those: a profile, a session, an endpoint of one service, or none at all. */
const IN_THE_WAY =
  /^AWS_(PROFILE|DEFAULT_PROFILE|SESSION_TOKEN|IGNORE_CONFIGURED_ENDPOINT_URLS|ENDPOINT_URL_\w+)$/

/** The lines to copy into a shell such as the one that has `present` set. */
export function environmentLines(environment: Local['environment'], present: NodeJS.ProcessEnv): string {
  const inTheWay = Object.keys(present).filter((name) => IN_THE_WAY.test(name))
  const unset = inTheWay.length === 0 ? '' : `unset ${inTheWay.join(' ')}\n`
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${value}\n`)
  return `${unset}${exports.join('')}`
}

/** The environment for code that shall find the service here: nothing of it may lead to AWS itself. */
export const withoutAwsPlace = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !IN_THE_WAY.test(name)))
