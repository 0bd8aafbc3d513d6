/**
 * Takes the place of the package iconv-lite in our bundles: 481 KB of character sets, of which mysql2 asks for none in a
 * connection that speaks UTF-8. What Node itself knows is answered; anything else is refused.
 */
import { StringDecoder } from 'node:string_decoder'

const known = (encoding: string): BufferEncoding => {
  const name = encoding.toLowerCase()
  if (Buffer.isEncoding(name)) return name
  if (name === 'cesu8') return 'utf8'
  throw new Error(`the character set ${encoding} is not in this bundle`)
}

export const encodingExists = (encoding: string): boolean => Buffer.isEncoding(encoding)
export const encode = (text: string, encoding: string): Buffer => Buffer.from(text, known(encoding))
export const decode = (bytes: Buffer, encoding: string): string => bytes.toString(known(encoding))

export const getDecoder = (encoding: string) => {
  const decoder = new StringDecoder(known(encoding))
  return { write: (bytes: Buffer) => decoder.write(bytes), end: () => decoder.end() }
}

export const getEncoder = (encoding: string) => ({
  write: (text: string) => Buffer.from(text, known(encoding)),
  end: () => undefined,
})
