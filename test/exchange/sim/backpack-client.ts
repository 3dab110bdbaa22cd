/** A signed client of a loopback Backpack that takes nothing from ours: what a test sends is meant. */
import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** How a venue is reached, in this process or in another. */
export type Reached = Pick<SimVenue, 'url' | 'ws_url' | 'accounts'> & {
  readonly world: Pick<SimVenue['world'], 'now'>;
};

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; null when it is none. */
  readonly json: unknown;
}

/** What is unlike a sound request. */
export interface Flaws {
  readonly timestamp?: number;
  readonly window?: number | null;
  readonly signature?: string;
  readonly api_key?: string;
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export class BackpackClient {
  readonly #venue: Reached;
  readonly #keys: Readonly<Record<string, string>>;

  constructor(venue: Reached, account = 'main') {
    this.#venue = venue;
    this.#keys = venue.accounts.find(({ name }) => name === account)?.keys ?? {};
  }

  get api_key(): string {
    return this.#keys['api_key'] ?? '';
  }

  signature(text: string): string {
    const seed = Buffer.from(this.#keys['secret_key'] ?? '', 'base64');
    const key = Buffer.concat([PKCS8_ED25519, seed]);
    const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return sign(null, Buffer.from(text), secret).toString('base64');
  }

  /** Asks without a key. */
  async open(path: string): Promise<Answered> {
    return answered(await fetch(`${this.#venue.url}${path}`));
  }

  get(instruction: string, path: string, params: Fields = {}, flaws: Flaws = {}) {
    const query = sorted(params).join('&');
    const headers = this.#headers([text(instruction, params)], flaws);
    const url = `${this.#venue.url}${path}${query === '' ? '' : `?${query}`}`;
    return fetch(url, { headers }).then(answered);
  }

  send(method: string, instruction: string, path: string, body: Fields, flaws: Flaws = {}) {
    return this.#send(method, path, body, [text(instruction, body)], flaws);
  }

  batch(orders: readonly Fields[]) {
    const texts = orders.map((order) => text('orderExecute', order));
    return this.#send('POST', '/api/v1/orders', orders, texts, {});
  }

  /** Places an order: a post-only bid for one SOL unless more is said. */
  order(more: Fields = {}, flaws: Flaws = {}) {
    const usual = { orderType: 'Limit', postOnly: true, price: '149', quantity: '1', side: 'Bid' };
    const body = { symbol: 'SOL_USDC_PERP', ...usual, ...more };
    return this.send('POST', 'orderExecute', '/api/v1/order', body, flaws);
  }

  /** Buys or sells at the market. */
  market(side: 'Bid' | 'Ask', quantity: string, more: Fields = {}) {
    const body = { symbol: 'SOL_USDC_PERP', orderType: 'Market', side, quantity, ...more };
    return this.send('POST', 'orderExecute', '/api/v1/order', body);
  }

  cancel(fields: Fields) {
    const body = { symbol: 'SOL_USDC_PERP', ...fields };
    return this.send('DELETE', 'orderCancel', '/api/v1/order', body);
  }

  /** A connection, and everything that it was told. */
  async stream(): Promise<BackpackStream> {
    const socket = new WebSocket(this.#venue.ws_url);
    const told: StreamMessage[] = [];
    socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString('utf8'))));
    await once(socket, 'open');
    const subscribe = async (streams: readonly string[], flaws: Flaws = {}): Promise<void> => {
      const now = String(flaws.timestamp ?? this.#venue.world.now());
      const claim = `instruction=subscribe&timestamp=${now}&window=5000`;
      const signature = [this.api_key, flaws.signature ?? this.signature(claim), now, '5000'];
      await send(JSON.stringify({ method: 'SUBSCRIBE', params: streams, signature }));
    };
    const send = (words: string): Promise<void> => {
      socket.send(words);
      return heard(socket);
    };
    const closed = async (): Promise<void> => void (await once(socket, 'close'));
    return { told, subscribe, send, closed, close: () => socket.terminate() };
  }

  #send(method: string, path: string, body: unknown, texts: readonly string[], flaws: Flaws) {
    const headers = { ...this.#headers(texts, flaws), 'content-type': 'application/json' };
    const request = { method, headers, body: JSON.stringify(body) };
    return fetch(`${this.#venue.url}${path}`, request).then(answered);
  }

  #headers(texts: readonly string[], flaws: Flaws): Record<string, string> {
    const timestamp = flaws.timestamp ?? this.#venue.world.now();
    const window = flaws.window === undefined ? 5000 : flaws.window;
    const signed = [...texts, `timestamp=${timestamp}`, `window=${window ?? 5000}`].join('&');
    return {
      'X-API-Key': flaws.api_key ?? this.api_key,
      'X-Signature': flaws.signature ?? this.signature(signed),
      'X-Timestamp': String(timestamp),
      ...(window === null ? {} : { 'X-Window': String(window) }),
    };
  }
}

export interface StreamMessage {
  readonly stream?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface BackpackStream {
  readonly told: StreamMessage[];
  /** Resolves when the venue has read it. */
  subscribe(streams: readonly string[], flaws?: Flaws): Promise<void>;
  /** Sends a text; resolves as `subscribe` does. */
  send(words: string): Promise<void>;
  /** Resolves when the venue has ended it. */
  closed(): Promise<void>;
  close(): void;
}

/** The venue answers pings in the order in which it reads. */
async function heard(socket: WebSocket): Promise<void> {
  socket.ping();
  await once(socket, 'pong');
}

function text(instruction: string, params: Fields): string {
  return [`instruction=${instruction}`, ...sorted(params)].join('&');
}

function sorted(params: Fields): string[] {
  return Object.keys(params)
    .sort()
    .filter((name) => params[name] !== undefined)
    .map((name) => `${name}=${String(params[name])}`);
}

async function answered(response: Response): Promise<Answered> {
  const body = await response.text();
  const { status, headers } = response;
  return { status, headers, text: body, json: jsonOf(body) };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}
