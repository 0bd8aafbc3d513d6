/**
 * What may make a provider, its driver or Node print more than they should. Sections of `NODE_DEBUG` that print what
 * sockets receive are left out: the handler refuses to run with them.
 */
export const SWITCHES: Readonly<Record<string, string>> = {
  DEBUG: '*',
  NODE_DEBUG:
    'tls,dns,timer,module,esm,fs,child_process,worker,permission,source_map,diagnostics_channel,util',
  LOG_LEVEL: 'trace',
  DEBUG_LEVEL: '9',
  VERBOSE: '1',
  AWS_LAMBDA_LOG_LEVEL: 'TRACE',
  POWERTOOLS_LOG_LEVEL: 'TRACE',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
  POWERTOOLS_TRACER_CAPTURE_RESPONSE: 'true',
  POWERTOOLS_TRACER_CAPTURE_ERROR: 'true',
  POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'true',
}

/** Runs `work` with the switches in the environment of this process, for whoever looks at it when something happens. */
export async function withSwitches<T>(
  more: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const switches = { ...SWITCHES, ...more }
  const before = Object.keys(switches).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, switches)
  try {
    return await work()
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}
