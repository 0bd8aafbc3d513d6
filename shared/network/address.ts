import { BlockList } from 'node:net'
import { contains } from './host-list.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * This machine under other spellings, link-local addresses, where AWS serves credentials and metadata, and addresses that are
 * no single machine's. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
const NEVER = new BlockList()
NEVER.addSubnet('0.0.0.0', 8)
NEVER.addSubnet('169.254.0.0', 16)
NEVER.addSubnet('224.0.0.0', 4)
NEVER.addAddress('255.255.255.255')
NEVER.addAddress('::', 'ipv6')
NEVER.addSubnet('fe80::', 10, 'ipv6')
NEVER.addSubnet('ff00::', 8, 'ipv6')
NEVER.addSubnet('fd00:ec2::', 32, 'ipv6')
// What a NAT64 gateway makes of the IPv4 addresses above and of loopback.
NEVER.addSubnet('64:ff9b::', 104, 'ipv6')
NEVER.addSubnet('64:ff9b::7f00:0', 104, 'ipv6')
NEVER.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')

export const isLoopback = (address: string): boolean => contains(LOOPBACK, address)

/** Whether no target can be there, whoever names it. An IPv4 address mapped into IPv6 counts as what it is. */
export const isNeverATarget = (address: string): boolean => contains(NEVER, address)
