/**
 * The EIP-712 message that Aster V3 signs: one string in a fixed domain. Computes its digest and
 * recovers from a signature the address of the key that made it; keeps no keys. Pure.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const DOMAIN_TYPE =
  'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const MESSAGE_TYPE = 'Message(string msg)';
const CHAIN_ID = 1666;

/** The same for all requests: the contract that verifies is address zero. */
const DOMAIN = keccak_256(
  concatBytes(
    hash(DOMAIN_TYPE),
    hash('AsterSignTransaction'),
    hash('1'),
    word(CHAIN_ID),
    word(0),
  ),
);

function hash(text: string): Uint8Array {
  return keccak_256(utf8ToBytes(text));
}

function word(value: number): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0'));
}

/** The 32 bytes that are signed for `message`. */
export function messageDigest(message: string): Uint8Array {
  const content = keccak_256(concatBytes(hash(MESSAGE_TYPE), hash(message)));
  return keccak_256(concatBytes(new Uint8Array([0x19, 0x01]), DOMAIN, content));
}

/**
 * Address of the key that signed `message`, lower case with 0x; null when `signature` (65 bytes of
 * hex, 0x or not, the last byte 27 or 28 or 0 or 1) is none.
 */
export function signerOf(message: string, signature: string): string | null {
  const hex = signature.replace(/^0x/i, '');
  if (!/^[0-9a-f]{130}$/i.test(hex)) return null;
  const bytes = hexToBytes(hex);
  const last = bytes[64] ?? 0;
  const recovery = last >= 27 ? last - 27 : last;
  if (recovery > 1) return null;
  try {
    const compact = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), 'compact');
    const point = compact.addRecoveryBit(recovery).recoverPublicKey(messageDigest(message));
    return addressOfPoint(point.toBytes(false));
  } catch {
    // Numbers that are no signature of the curve.
    return null;
  }
}

/** Address of a private key (32 bytes of hex, 0x or not), lower case with 0x. */
export function addressOf(privateKey: string): string {
  return addressOfPoint(secp256k1.getPublicKey(hexToBytes(privateKey.replace(/^0x/i, '')), false));
}

/** `point`: 65 bytes, uncompressed. */
function addressOfPoint(point: Uint8Array): string {
  return `0x${bytesToHex(keccak_256(point.subarray(1)).subarray(12))}`;
}
