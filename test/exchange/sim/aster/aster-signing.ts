/** Signs requests to the simulated Aster with a private key, as a client would. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { messageDigest } from '../../../../src/exchange/sim/aster/typed-data.ts';

/** `text` with the signature that a V3 request carries. */
export function signedText(privateKey: string, text: string): string {
  const key = hexToBytes(privateKey.replace(/^0x/, ''));
  const bytes = secp256k1.sign(messageDigest(text), key, { prehash: false, format: 'recovered' });
  // The curve library puts the recovery bit first, Ethereum last.
  const v = (27 + (bytes[0] ?? 0)).toString(16);
  return `${text}&signature=0x${bytesToHex(bytes.subarray(1))}${v}`;
}
