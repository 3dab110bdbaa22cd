/**
 * A loopback Aster on a clock that tests move, and the plainest client of it: signs, sends, keeps
 * what streams say. It reads nothing: tests see answers as the venue wrote them.
 */
import { createHmac } from 'node:crypto';
import WebSocket from 'ws';
import { asterFace } from '../../../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../../../src/exchange/sim/index.ts';
import type { SimVenue, SimVenueOptions } from '../../../../src/exchange/sim/index.ts';
import { manualClock } from '../../manual-clock.ts';
import type { ManualClock } from '../../manual-clock.ts';
import { signedText } from './aster-signing.ts';

export type Body = Readonly<Record<string, unknown>>;
export type Params = Readonly<Record<string, string>>;

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON. */
  readonly json: unknown;
  /** The answer as an object, its own code for a refusal. */
  readonly body: Body;
  /** The answer as a list. */
  readonly list: readonly Body[];
}

/** How a request differs from a sound one. */
export interface Spoilt {
  readonly nonce?: string;
  readonly privateKey?: string;
  readonly user?: string;
  readonly signer?: string;
  readonly timestamp?: string;
  readonly secret?: string;
  readonly api_key?: string;
}

/** An open stream. */
export interface StreamClient {
  readonly heard: Body[];
  send(message: unknown): void;
  /** Resolves with the first message that fits, of those heard and to come. */
  find(fits: (message: Body) => boolean): Promise<Body>;
  /** Resolves with the code when the venue closes it. */
  readonly closed: Promise<number>;
  close(): void;
}

export interface AsterBench {
  readonly venue: SimVenue;
  readonly clock: ManualClock;
  /** Lets so much time go by as if the machine had slept: no timer fires. */
  sleep(ms: number): void;
  ask(path: string, params?: Params): Promise<Answer>;
  v3(method: string, path: string, params?: Params, spoilt?: Spoilt): Promise<Answer>;
  v1(method: string, path: string, params?: Params, spoilt?: Spoilt): Promise<Answer>;
  /** A limit buy of one SOL at 140, unless more is said. */
  order(more?: Params): Promise<Answer>;
  stream(path: string): Promise<StreamClient>;
  close(): Promise<void>;
}

export async function openAsterBench(more: Partial<SimVenueOptions> = {}): Promise<AsterBench> {
  const manual = manualClock();
  let slept = 0;
  const clock: ManualClock = { ...manual, now: () => manual.now() + slept };
  const venue = await openSimVenue({ face: asterFace, symbols: 4, clock, ...more });
  const keys = venue.account().facts.keys;
  const key = (name: string) => keys[name] ?? '';
  const streams: WebSocket[] = [];
  let nonces = 0;

  async function send(method: string, path: string, text: string, headers: Params) {
    const inQuery = method === 'GET';
    const url = `${venue.url}${path}${inQuery && text !== '' ? `?${text}` : ''}`;
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
    const sent = inQuery ? { method, headers } : { method, headers: form, body: text };
    const response = await fetch(url, sent);
    const json: unknown = await response.json();
    const { status } = response;
    const list = Array.isArray(json) ? (json as readonly Body[]) : [];
    return { status, headers: response.headers, json, body: json as Body, list };
  }
  const v3 = (method: string, path: string, params: Params = {}, spoilt: Spoilt = {}) => {
    nonces += 1;
    const stamped = {
      ...params,
      nonce: spoilt.nonce ?? String(clock.now() * 1000 + nonces),
      user: spoilt.user ?? key('account_address'),
      signer: spoilt.signer ?? key('agent_address'),
    };
    const text = new URLSearchParams(stamped).toString();
    const signed = signedText(spoilt.privateKey ?? key('private_key'), text);
    return send(method, `/fapi/v3/${path}`, signed, {});
  };
  return {
    venue,
    clock,
    sleep: (ms) => void (slept += ms),
    ask: (path, params = {}) => send('GET', path, new URLSearchParams(params).toString(), {}),
    v3,
    v1(method, path, params = {}, spoilt = {}) {
      const timestamp = spoilt.timestamp ?? String(clock.now());
      const text = new URLSearchParams({ ...params, timestamp }).toString();
      const secret = spoilt.secret ?? key('secret_key');
      const signature = createHmac('sha256', secret).update(text).digest('hex');
      const headers = { 'X-MBX-APIKEY': spoilt.api_key ?? key('api_key') };
      const version = /^v\d/.test(path) ? '' : 'v1/';
      return send(method, `/fapi/${version}${path}`, `${text}&signature=${signature}`, headers);
    },
    order: (given = {}) =>
      v3('POST', 'order', {
        ...{ symbol: 'SOLUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' },
        ...{ quantity: '1', price: '140' },
        ...given,
      }),
    async stream(path) {
      const socket = new WebSocket(`${venue.ws_url}${path}`);
      streams.push(socket);
      return openStream(socket);
    },
    async close() {
      for (const socket of streams) socket.terminate();
      await venue.close();
    },
  };
}

async function openStream(socket: WebSocket): Promise<StreamClient> {
  const heard: Body[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    heard.push(JSON.parse(data.toString('utf8')) as Body);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    heard,
    closed,
    send: (message) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    find: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = heard.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}
