import { connect as connectTcp, isIP, type LookupFunction, Socket } from 'node:net'

/** Opens a TCP connection. A host that is not allowed fails as a dead one does, before anything is sent to it. */
export type Connect = (to: { readonly host: string; readonly port: number }) => Socket

/** To any host. */
export const connectAnywhere: Connect = ({ host, port }) => connectTcp({ host, port, noDelay: true })

/** The code of a connection that we refused ourselves. */
export const NOT_ALLOWED = 'ERR_HOST_NOT_ALLOWED'

const notAllowed = (): Error =>
  Object.assign(new Error('the host or its address is not allowed'), { code: NOT_ALLOWED })

/** The addresses of a host that may be connected to; rejects where it is not allowed. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Connects to what `resolve` answers, and looks no name up a second time: what was looked at is what is connected to. */
export const connectTo =
  (resolve: Resolve): Connect =>
  ({ host, port }) => {
    if (isIP(host) === 0) return connectTcp({ host, port, noDelay: true, lookup: lookupBy(resolve) })
    // Node asks nobody about an address.
    const socket = new Socket()
    resolve(host).then(
      () => socket.destroyed || socket.setNoDelay(true).connect(port, host),
      () => socket.destroy(notAllowed()),
    )
    return socket
  }

const lookupBy =
  (resolve: Resolve): LookupFunction =>
  (host, { all }, callback) => {
    resolve(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        const [first] = found
        if (first === undefined) callback(notAllowed(), '', 0)
        else if (all === true) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(isLookupFailure(error) ? error : notAllowed(), '', 0),
    )
  }

/** The resolver's own: the name has no address, or nobody answered. */
export const isLookupFailure = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && error.syscall === 'getaddrinfo'
