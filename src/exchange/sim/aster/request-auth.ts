/**
 * Who sent a request to the simulated Aster: V1 by API key and HMAC-SHA256, V3 by an agent wallet
 * and EIP-712. Judges the exact bytes that came; a request is taken once, within its window.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { refusal } from './aster-error.ts';
import { NonceList } from './nonce-list.ts';
import type { RequestParams } from './request-params.ts';
import { signerOf } from './typed-data.ts';

/** What a key opens. */
export interface KeyHolder {
  /** Name of the account. */
  readonly account: string;
  /** Whether the key may place, change and cancel. */
  readonly can_trade: boolean;
}

/** The keys that the venue gave out. */
export interface KeyRing {
  byApiKey(key: string): (KeyHolder & { readonly secret: string }) | null;
  /** By the address of an agent, lower case; `user`: the wallet it acts for. */
  byAgent(signer: string): (KeyHolder & { readonly user: string }) | null;
}

/** A request as it came: raw query (without `?`), raw body, and its parameters read from both. */
export interface SignedRequest {
  readonly api_key: string | null;
  readonly query: string;
  readonly body: string;
  readonly params: RequestParams;
}

const DEFAULT_WINDOW_MS = 5000;
const LONGEST_WINDOW_MS = 60_000;
/** How far the sender's clock may be ahead. */
const AHEAD_MS = 1000;

export class RequestAuth {
  readonly #keys: KeyRing;
  /** By agent. */
  readonly #nonces = new Map<string, NonceList>();

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** The holder of the API key alone, as V1 asks for streams. */
  byKey({ api_key }: SignedRequest): KeyHolder {
    return this.#holder(api_key);
  }

  /** The signer of a V1 request at `nowMs` of the venue's clock. */
  byHmac(request: SignedRequest, nowMs: number): KeyHolder {
    const holder = this.#holder(request.api_key);
    const { params } = request;
    const timestamp = params.needWhole('timestamp');
    const window = params.whole('recvWindow') ?? DEFAULT_WINDOW_MS;
    if (window > LONGEST_WINDOW_MS) throw refusal('INVALID_PARAMETER', 'recvWindow');
    const signature = params.needText('signature');
    const signed = withoutSignature(request.query) + withoutSignature(request.body);
    const expected = createHmac('sha256', holder.secret).update(signed).digest();
    const sent = Buffer.from(signature, 'hex');
    if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) {
      throw refusal('INVALID_SIGNATURE');
    }
    if (timestamp >= nowMs + AHEAD_MS) throw refusal('TIMESTAMP_AHEAD');
    if (nowMs - timestamp > window) throw refusal('TIMESTAMP_OLD');
    return holder;
  }

  /** The signer of a V3 request at `nowMs` of the venue's clock; its nonce is used up. */
  byAgent({ query, body, params }: SignedRequest, nowMs: number): KeyHolder {
    const signer = params.needText('signer').toLowerCase();
    const nonce = params.needText('nonce');
    if (!/^\d{1,19}$/.test(nonce)) throw refusal('ILLEGAL_PARAMETER', 'nonce', '^[0-9]{1,20}$');
    const signature = params.needText('signature');
    const holder = this.#keys.byAgent(signer);
    if (holder === null) throw refusal('REJECTED_KEY');
    const user = params.text('user')?.toLowerCase() ?? holder.user;
    if (user !== holder.user) throw refusal('REJECTED_KEY');
    const message = withoutSignature(query) + withoutSignature(body);
    if (signerOf(message, signature) !== signer) throw refusal('INVALID_SIGNATURE');
    const nonces = this.#nonces.get(signer) ?? new NonceList();
    this.#nonces.set(signer, nonces);
    const spent = nonces.take(BigInt(nonce), nowMs);
    if (spent !== null) throw spent;
    return holder;
  }

  #holder(key: string | null): KeyHolder & { readonly secret: string } {
    if (key === null || key === '') throw refusal('BAD_API_KEY_FORMAT');
    const holder = this.#keys.byApiKey(key);
    if (holder === null) throw refusal('REJECTED_KEY');
    return holder;
  }
}

/** The signed part of a raw text: the signature has to be its end. */
function withoutSignature(text: string): string {
  return text.replace(/(^|&)signature=[^&]*$/, '');
}
