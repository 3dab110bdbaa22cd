/**
 * The two ways of proving to Aster who sends: V3, where an agent wallet signs the parameters as
 * EIP-712 typed data under a nonce, and V1, the HMAC of older keys under a timestamp. Pure: the
 * same parameters at the same moment give the same bytes. Secrets stay inside.
 */
import { createHmac } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { VenueFault } from '../port.ts';
import type { Credentials } from '../venue-kind.ts';

/** Parameters of a request in the order in which they are sent. */
export type Params = Readonly<Record<string, string>>;

/** When a request is stamped, on the venue's clock; each nonce is given once. */
export interface Stamps {
  /** Whole milliseconds. */
  timestamp(): string;
  /** Microseconds. */
  nonce(): string;
}

/** Parameters as they go out, with the headers that belong to them. */
export interface Signed {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs for one account. */
export interface Signer {
  /** The generation of the interface, a part of every path. */
  readonly version: 'v1' | 'v3';
  /** The user's address; null: only the venue can say whose key this is. */
  readonly address: string | null;
  /** A request that trades or asks about the account. */
  sign(params: Params, stamps: Stamps): Signed;
  /** A request about the user's stream, for which older keys sign nothing. */
  identify(params: Params, stamps: Stamps): Signed;
}

/** So long an older key's request is valid, ms. */
const RECEIVE_WINDOW_MS = '5000';

/**
 * The signer for these credentials, V3 where both kinds are given. A `refused` fault when they
 * cannot be read.
 */
export function signerOf(credentials: Credentials): Signer {
  const { account_address, private_key, api_key, secret_key } = credentials;
  if (account_address !== undefined && private_key !== undefined) {
    return agentSigner(account_address, private_key);
  }
  if (api_key !== undefined && secret_key !== undefined) return keySigner(api_key, secret_key);
  throw keyFault('give account_address and private_key, or api_key and secret_key');
}

/** V3: `account` is the user's wallet, the private key the agent's. */
export function agentSigner(account: string, privateKey: string): Signer {
  if (!/^0x[0-9a-fA-F]{40}$/.test(account)) {
    throw keyFault('account_address is not 0x and 40 hexadecimal digits');
  }
  const secret = secretBytes(privateKey);
  const agent = addressOf(secret);
  const sign = (params: Params, stamps: Stamps): Signed => {
    const stamped = { nonce: stamps.nonce(), user: account, signer: agent, ...params };
    const message = encodeParams(stamped);
    return { text: `${message}&signature=${signMessage(message, secret)}`, headers: {} };
  };
  return { version: 'v3', address: account.toLowerCase(), sign, identify: sign };
}

/** V1: the key names the account, the secret signs. */
export function keySigner(apiKey: string, secretKey: string): Signer {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw keyFault('api_key holds characters that no key has');
  if (secretKey === '') throw keyFault('secret_key is empty');
  const headers = { 'X-MBX-APIKEY': apiKey };
  return {
    version: 'v1',
    address: null,
    sign(params, stamps) {
      const timestamp = stamps.timestamp();
      const message = encodeParams({ ...params, recvWindow: RECEIVE_WINDOW_MS, timestamp });
      const signature = createHmac('sha256', secretKey).update(message).digest('hex');
      return { text: `${message}&signature=${signature}`, headers };
    },
    identify: (params) => ({ text: encodeParams(params), headers }),
  };
}

/** Parameters as a query or form. */
export function encodeParams(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/** The address of a private key's wallet, 0x and 40 lower-case digits. */
export function addressOf(secret: Uint8Array): string {
  const point = secp256k1.getPublicKey(secret, false).slice(1);
  return `0x${hex(keccak_256(point).slice(-20))}`;
}

/** What is signed of a message: the EIP-712 digest of `Message { string msg }`. */
export function messageDigest(message: string): Uint8Array {
  const body = keccak_256(concat([MESSAGE_TYPE, keccakText(message)]));
  return keccak_256(concat([Uint8Array.of(0x19, 0x01), DOMAIN, body]));
}

function signMessage(message: string, secret: Uint8Array): string {
  const options = { prehash: false, format: 'recovered' } as const;
  const [recovery = 0, ...rest] = secp256k1.sign(messageDigest(message), secret, options);
  return `0x${hex(Uint8Array.from(rest))}${(27 + recovery).toString(16)}`;
}

const MESSAGE_TYPE = keccakText('Message(string msg)');
const DOMAIN_FIELDS = 'string name,string version,uint256 chainId,address verifyingContract';
/** AsterSignTransaction, version 1, chain 1666, no contract. */
const DOMAIN = keccak_256(
  concat([
    keccakText(`EIP712Domain(${DOMAIN_FIELDS})`),
    keccakText('AsterSignTransaction'),
    keccakText('1'),
    word(1666),
    word(0),
  ]),
);

function secretBytes(privateKey: string): Uint8Array {
  const digits = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(privateKey)?.[1];
  const secret = digits === undefined ? null : Uint8Array.from(Buffer.from(digits, 'hex'));
  if (secret === null || !secp256k1.utils.isValidSecretKey(secret)) {
    throw keyFault('private_key is not a key of 64 hexadecimal digits');
  }
  return secret;
}

/** Names what is wrong, never what was found: it may be a secret. */
function keyFault(what: string): VenueFault {
  return new VenueFault('refused', `The credentials cannot be used: ${what}.`, null, 'key');
}

function keccakText(text: string): Uint8Array {
  return keccak_256(Buffer.from(text, 'utf8'));
}

function word(value: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
