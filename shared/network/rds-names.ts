/** A name that RDS gives to a server; its first part is the identifier. In China, and in some names of GovCloud, the Region comes after the service. */
export const isRdsName = (host: string): boolean =>
  /\.rds(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?$/.test(host)
export const isClusterName = (host: string): boolean => host.split('.')[1]?.startsWith('cluster-') === true
export const idOf = (host: string): string => host.split('.')[0] ?? ''
