import { Logger } from '@aws-lambda-powertools/logger'
import type { LoggerInterface } from '@aws-lambda-powertools/logger/types'

/** Fields of a line; nothing secret, and no name of Powertools' own (`level`, `message`, `service`, `timestamp`). */
export type Fields = Readonly<Record<string, unknown>>

/** The part of a logger that we use. Messages are fixed sentences; what varies is in the fields. */
export interface Log {
  debug(message: string, fields: Fields): void
  info(message: string, fields: Fields): void
  warn(message: string, fields: Fields): void
  error(message: string, fields: Fields): void
  /** Printed whatever `POWERTOOLS_LOG_LEVEL` says: what has to be proven later is not a matter of verbosity. */
  record(message: string, fields: Fields): void
}

/** Lambda's context, as Powertools reads it. */
export type LambdaContext = Parameters<LoggerInterface['addContext']>[0]

export interface LambdaLog extends Log {
  /** Puts the request id and the function's name on every line of the invocation. */
  addContext(context: LambdaContext): void
}

/**
 * The Powertools logger. It never prints the event: the middleware that does so, and the switch
 * `POWERTOOLS_LOGGER_LOG_EVENT`, are not used. Throws when a `POWERTOOLS_` variable has a value it cannot read.
 */
export function createLog(): LambdaLog {
  const serviceName = process.env['POWERTOOLS_SERVICE_NAME'] ?? SERVICE
  const logger = new Logger({ serviceName })
  const records = new Logger({ serviceName, logLevel: 'INFO' })
  return {
    debug: (message, fields) => logger.debug(message, fields),
    info: (message, fields) => logger.info(message, fields),
    warn: (message, fields) => logger.warn(message, fields),
    error: (message, fields) => logger.error(message, fields),
    record: (message, fields) => records.info(message, fields),
    addContext: (context) => {
      logger.addContext(context)
      records.addContext(context)
    },
  }
}

export const SERVICE = 'quarterturn'
