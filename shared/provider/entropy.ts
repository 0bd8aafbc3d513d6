/** What a provider may be given to choose from: the only source of chance that it has. */
export interface Entropy {
  /** `length` bytes. */
  bytes(length: number): Uint8Array
  /** A password by the deployment's policy. */
  password(): string
  /** A new key pair; only the public half is for the target. Each call makes another. */
  keyPair(form: KeyForm): Promise<KeyPair>
}

/** What a key pair is for: the algorithm, with the size or the curve. */
export type KeyForm = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'ec-p256' | 'ec-p384' | 'ed25519'

export interface KeyPair {
  /** PKCS #8 in PEM, to be stored. */
  readonly privateKey: string
  /** SubjectPublicKeyInfo in PEM. */
  readonly publicKey: string
  /** The public half as a JSON Web Key (RFC 7517), without `kid`, `use` and `alg`. */
  readonly publicJwk: Readonly<Record<string, string>>
  /** The thumbprint of the key (RFC 7638, SHA-256, base64url): the same key has the same, so it serves as `kid`. */
  readonly thumbprint: string
}
