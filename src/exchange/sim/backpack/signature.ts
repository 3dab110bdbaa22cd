/**
 * Signatures as Backpack verifies them: ED25519 by the API key over the instruction, the parameters
 * in alphabetical order, the time and its window.
 */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { SimAccount, SimKeys } from '../account.ts';
import type { SimRequest } from '../face.ts';
import type { World } from '../world.ts';
import { ApiError, badRequest } from './answers.ts';

const DEFAULT_WINDOW_MS = 5000;
const MOST_WINDOW_MS = 60_000;
/** A time so far ahead is no clock's. */
const MOST_AHEAD_MS = 1000;
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const RAW_KEY_BYTES = 32;

/** A signed claim: who, over what, when. */
export interface Claim {
  readonly api_key: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly window: string;
}

/** A new key pair: both halves raw in base64. */
export function makeKeys(): SimKeys {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = (der: Buffer) => der.subarray(-RAW_KEY_BYTES).toString('base64');
  return {
    api_key: raw(publicKey.export({ format: 'der', type: 'spki' })),
    secret_key: raw(privateKey.export({ format: 'der', type: 'pkcs8' })),
  };
}

export class Signatures {
  readonly #world: World;
  readonly #keys = new Map<string, KeyObject>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The account of a signed request; throws the venue's error. `texts`: what was signed. */
  accountOf(claim: Claim, texts: readonly string[]): SimAccount {
    const account = this.#owner(claim.api_key);
    if (account === null) throw new ApiError(400, 'UNAUTHORIZED', 'Unknown API key');
    this.#checkTime(claim);
    const signature = Buffer.from(claim.signature, 'base64');
    if (signature.length !== 64) throw badRequest('Invalid X-Signature header');
    const key = this.#key(claim.api_key);
    const tail = `timestamp=${claim.timestamp}&window=${claim.window}`;
    const sound = texts.some((text) =>
      verify(null, Buffer.from(`${text}&${tail}`), key, signature),
    );
    if (!sound) throw badRequest('Invalid signature');
    return account;
  }

  #owner(apiKey: string): SimAccount | null {
    for (const account of this.#world.records.accounts.values()) {
      if (account.facts.keys['api_key'] === apiKey) return account;
    }
    return null;
  }

  #checkTime({ timestamp, window }: Claim): void {
    const at = Number(timestamp);
    const length = Number(window);
    if (!/^\d+$/.test(timestamp)) throw badRequest('Invalid X-Timestamp header');
    const isWindow = /^\d+$/.test(window) && length <= MOST_WINDOW_MS;
    if (!isWindow) throw badRequest('Invalid X-Window header');
    const fits = (now: number) => at <= now + MOST_AHEAD_MS && now <= at + length;
    // Time that was passed by hand went by on no client's clock.
    if (fits(this.#world.now()) || fits(this.#world.unpassed())) return;
    throw badRequest('Request has expired');
  }

  #key(apiKey: string): KeyObject {
    const known = this.#keys.get(apiKey);
    if (known !== undefined) return known;
    const der = Buffer.concat([SPKI_ED25519, Buffer.from(apiKey, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    this.#keys.set(apiKey, key);
    return key;
  }
}

/** The claim in the headers of a request; throws when one is missing. */
export function claimOf({ headers }: SimRequest): Claim {
  const read = (name: string): string => {
    const value = headers[name];
    if (typeof value !== 'string' || value === '') throw badRequest(`Missing ${name} header`);
    return value;
  };
  const window = headers['x-window'];
  return {
    api_key: read('x-api-key'),
    signature: read('x-signature'),
    timestamp: read('x-timestamp'),
    window: typeof window === 'string' ? window : String(DEFAULT_WINDOW_MS),
  };
}

/** What is signed of one instruction and its parameters. */
export function signedText(instruction: string, params: Readonly<Record<string, unknown>>): string {
  const pairs = Object.keys(params)
    .filter((name) => params[name] !== null && params[name] !== undefined)
    .sort()
    .map((name) => `${name}=${String(params[name])}`);
  return [`instruction=${instruction}`, ...pairs].join('&');
}

/** Parameters of a query, decoded and as they stand: clients sign either. */
export function queryForms(query: string): readonly Readonly<Record<string, string>>[] {
  const raw: Record<string, string> = {};
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const at = pair.indexOf('=');
    raw[at < 0 ? pair : pair.slice(0, at)] = at < 0 ? '' : pair.slice(at + 1);
  }
  return [Object.fromEntries(new URLSearchParams(query)), raw];
}
