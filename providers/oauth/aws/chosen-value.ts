/** Client secrets that we choose. Each tells when it was made, by which it is known later which one at the target it may be. */

const FORM = /^qt_(?<time>[0-9a-z]{7})_[0-9a-z]{50}$/

/** 61 letters, digits and underscores with 256 bits of chance: what any server takes, however a client encodes it. */
export function newValue(bytes: (length: number) => Uint8Array, now: number): string {
  const time = Math.floor(now / 1_000).toString(36)
  const chance = BigInt(`0x${Buffer.from(bytes(32)).toString('hex')}`).toString(36)
  return `qt_${time.padStart(7, '0')}_${chance.padStart(50, '0')}`
}

/** In milliseconds since the epoch; undefined of one that was made by hand. */
export function madeAt(value: string): number | undefined {
  const time = FORM.exec(value)?.groups?.['time']
  return time === undefined ? undefined : Number.parseInt(time, 36) * 1_000
}
