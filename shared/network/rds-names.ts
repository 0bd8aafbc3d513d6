/** A name that RDS gives to a server; its first part is the identifier. */
export const isRdsName = (host: string): boolean => /\.rds\.amazonaws\.com(\.cn)?$/.test(host)
export const isClusterName = (host: string): boolean => host.split('.')[1]?.startsWith('cluster-') === true
export const idOf = (host: string): string => host.split('.')[0] ?? ''
