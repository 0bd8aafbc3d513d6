import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000

export interface Certificate {
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8. */
  readonly key: string
}

/** A certificate authority for tests. Two of them do not trust each other. */
export interface TestCa {
  /** The CA's own certificate, PEM. */
  readonly pem: string
  /** A server certificate. */
  issue(options?: CertificateOptions): Promise<Certificate>
}

export interface CertificateOptions {
  /** Default: `localhost`. */
  readonly names?: readonly string[]
  /** Default: `127.0.0.1`. */
  readonly ips?: readonly string[]
  /** Default: a day ago. */
  readonly notBefore?: Date
  /** Default: in a day. */
  readonly notAfter?: Date
}

export async function createTestCa(name = 'Quarterturn test CA'): Promise<TestCa> {
  const keys = await newKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: `CN=${name}`,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  return {
    pem: root.toString('pem'),
    async issue({ names = ['localhost'], ips = ['127.0.0.1'], notBefore, notAfter } = {}) {
      const own = await newKeys()
      const leaf = await x509.X509CertificateGenerator.create(
        {
          serialNumber: serial(),
          subject: 'CN=Quarterturn test server',
          issuer: root.subject,
          notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
          notAfter: notAfter ?? new Date(Date.now() + DAY_MS),
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: ALGORITHM,
          extensions: [
            new x509.SubjectAlternativeNameExtension([
              ...names.map((value) => ({ type: 'dns' as const, value })),
              ...ips.map((value) => ({ type: 'ip' as const, value })),
            ]),
            await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
          ],
        },
        webcrypto,
      )
      const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey)
      return { cert: leaf.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
    },
  }
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const serial = () => Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex')
