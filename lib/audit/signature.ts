import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** A key that signs exports, with the names by which others know it. */
export type Signer = {
  /** PEM, as `openssl` reads it. */
  publicKey: string;
  fingerprint: string;
  /** Ed25519 (RFC 8032) over the bytes, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
};

/** `SHA256:` and the hash of the public key in DER (SubjectPublicKeyInfo), in base64 without padding, as SSH prints it. */
const fingerprintOf = (key: KeyObject): string => {
  const der = key.export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
};

/** A new private key as PEM (PKCS #8). */
export const newSigningKey = (): string =>
  String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

const ed25519 = (make: () => KeyObject): KeyObject | null => {
  try {
    const key = make();
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    // The error of node:crypto may quote the input, which may be a key.
    return null;
  }
};

/** The signer of a private key in PEM; null where it is no Ed25519 key. */
export const signerOf = (pem: string): Signer | null => {
  const key = ed25519(() => createPrivateKey(pem));
  if (!key) return null;
  const publicKey = createPublicKey(key);
  return {
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
    fingerprint: fingerprintOf(publicKey),
    sign: (bytes) => sign(null, bytes, key),
  };
};

/** The fingerprint of the public key that signed these bytes; null where it is no key or did not sign them. */
export const signedBy = (publicKey: string, bytes: Uint8Array, signature: Uint8Array): string | null => {
  const key = ed25519(() => createPublicKey(publicKey));
  return key && verify(null, bytes, key, signature) ? fingerprintOf(key) : null;
};
