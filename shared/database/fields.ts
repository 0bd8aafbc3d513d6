import * as z from 'zod'
import { isHost } from '../network/host.ts'

const SSL_ISSUE = '`ssl` is neither true nor false; remove it, or set it to true'

/** Text that is not empty. Each issue of these fields names the field and what to do, and repeats no value. */
export const text = (field: string) =>
  z
    .string({
      error: ({ input }) =>
        input === undefined ? `\`${field}\` is missing; add it` : `\`${field}\` is not a string; make it one`,
    })
    .min(1, { error: `\`${field}\` is empty; fill it in` })

/** One host name or IP address, in lower case. */
export const host = (field: string) =>
  text(field)
    .toLowerCase()
    .refine(isHost, {
      error: `\`${field}\` is not one host name or IP address; give the writer endpoint without scheme, port or path`,
    })

/** A number or its digits; `usual` is what holds when it is left out. */
export const port = (field: string, usual: number) => {
  const error = `\`${field}\` is not a number from 1 to 65535; correct it, or remove it for ${usual}`
  const digits = z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
  return z
    .union([z.number(), digits], { error })
    .refine((value) => Number.isInteger(value) && value >= 1 && value <= 65_535, { error })
}

/** True, false, or their words in any case; true when it is left out. */
export const sslFlag = () =>
  z
    .union(
      [
        z.boolean(),
        z
          .string()
          .regex(/^(true|false)$/i)
          .transform((ssl) => ssl.toLowerCase() === 'true'),
      ],
      {
        error: SSL_ISSUE,
      },
    )
    .default(true)

/** RDS Proxy's own part of its names: `my.proxy-cxyz.eu-west-1.rds.amazonaws.com`. */
export const isRdsProxy = (host: string): boolean =>
  /\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/.test(host)
