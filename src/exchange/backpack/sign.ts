/**
 * Signatures of Backpack: ED25519 over the instruction, the parameters in alphabetical order, the
 * time and the window in which it is valid. Values are signed as they stand, so none may need
 * escaping.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { assert } from '../../contract/assert.ts';
import { VenueFault } from '../port.ts';
import type { Credentials } from '../venue-kind.ts';

export type ParamValue = string | number | boolean;
export type Params = Readonly<Record<string, ParamValue>>;

/** A key pair of the venue. */
export interface SigningKey {
  /** The public key in base64, which names it to the venue. */
  readonly api_key: string;
  readonly secret: KeyObject;
}

/** What a request that arrives later than this is worth to us: nothing. Milliseconds. */
export const WINDOW_MS = 5000;

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;
const PLAIN = /^[\w.-]*$/;

/** Reads a key pair; throws a `refused` fault because of the `key`. */
export function readKey({ api_key, secret_key }: Credentials): SigningKey {
  const given = bytesOf(api_key, 'api_key');
  const bytes = bytesOf(secret_key, 'secret_key');
  if (given.length !== KEY_BYTES) throw keyFault(`api_key holds ${given.length} bytes, not 32`);
  // Some tools write the public key behind the seed.
  if (bytes.length !== KEY_BYTES && bytes.length !== 2 * KEY_BYTES) {
    throw keyFault(`secret_key holds ${bytes.length} bytes, not 32`);
  }
  const key = Buffer.concat([PKCS8_ED25519, bytes.subarray(0, KEY_BYTES)]);
  const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  if (!spki.subarray(-KEY_BYTES).equals(given)) {
    throw keyFault('secret_key does not belong to api_key');
  }
  return { api_key: given.toString('base64'), secret };
}

/** The text that is signed for one instruction with its parameters. */
export function instructionText(instruction: string, params: Params): string {
  return [`instruction=${instruction}`, ...pairs(params)].join('&');
}

/** Parameters as a query, in the order in which they are signed. */
export function queryText(params: Params): string {
  return pairs(params).join('&');
}

/** What is signed: instructions and their parameters, then the time. */
export function signedText(instructions: readonly string[], now: number): string {
  return [...instructions, `timestamp=${now}`, `window=${WINDOW_MS}`].join('&');
}

/** The signature of a text in base64. */
export function signatureOf(key: SigningKey, text: string): string {
  return sign(null, Buffer.from(text), key.secret).toString('base64');
}

/** Headers of a request that is signed at venue time `now`. */
export function signedHeaders(
  key: SigningKey,
  instructions: readonly string[],
  now: number,
): Record<string, string> {
  return {
    'X-API-Key': key.api_key,
    'X-Signature': signatureOf(key, signedText(instructions, now)),
    'X-Timestamp': String(now),
    'X-Window': String(WINDOW_MS),
  };
}

/** The signature that goes with a subscription to streams of the account. */
export function streamSignature(key: SigningKey, now: number): readonly string[] {
  const text = signedText([instructionText('subscribe', {})], now);
  return [key.api_key, signatureOf(key, text), String(now), String(WINDOW_MS)];
}

function pairs(params: Params): string[] {
  return Object.keys(params)
    .sort()
    .map((name) => {
      const value = String(params[name]);
      assert(PLAIN.test(value), `${name} is signed as it stands`);
      return `${name}=${value}`;
    });
}

function bytesOf(text: string | undefined, name: string): Buffer {
  const bytes = Buffer.from(text?.trim() ?? '', 'base64');
  // Buffer skips what is no base64.
  const same = bytes.toString('base64').replace(/=+$/, '');
  const given = (text?.trim() ?? '').replace(/=+$/, '');
  if (bytes.length === 0 || same !== given) throw keyFault(`${name} is not written in base64`);
  return bytes;
}

function keyFault(message: string): VenueFault {
  return new VenueFault('refused', `backpack: ${message}`, null, 'key');
}
