import type { Socket } from 'node:net'

/**
 * Resets a connection, so that what the system had not sent yet is thrown away. Where there is nothing to reset it is closed
 * instead: while it connects, and once either end has said goodbye, Node would wait for ever. `tls`: what is led through it.
 */
export function reset(tcp: Socket, tls: Socket | undefined): void {
  if (tcp.connecting || tcp.writableEnded || tls?.writableEnded === true) tcp.destroy()
  // TCP first: TLS would close it in good order.
  else if (!tcp.destroyed) tcp.resetAndDestroy()
  tls?.destroy()
}
