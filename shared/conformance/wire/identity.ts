import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** What the proxy shows to clients: a certificate for `localhost` and `127.0.0.1`, from a CA made for this purpose. */
export interface WireIdentity {
  /** The CA that the provider under test has to trust, PEM. */
  readonly ca: string
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8; never leaves this process. */
  readonly key: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000

/** Makes an identity that is valid for a day; one serves any number of proxies. */
export async function createWireIdentity(): Promise<WireIdentity> {
  const [caKeys, ownKeys] = [await newKeys(), await newKeys()]
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) }
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...validity,
      serialNumber: newSerial(),
      name: 'CN=Quarterturn conformance CA',
      keys: caKeys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  const leaf = await x509.X509CertificateGenerator.create(
    {
      ...validity,
      serialNumber: newSerial(),
      subject: 'CN=Quarterturn conformance proxy',
      issuer: root.subject,
      publicKey: ownKeys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  const key = await webcrypto.subtle.exportKey('pkcs8', ownKeys.privateKey)
  return {
    ca: root.toString('pem'),
    cert: leaf.toString('pem'),
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
  }
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

/** The first bit is off: a serial number is positive. */
const newSerial = () =>
  `4${Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
    .toString('hex')
    .slice(1)}`
