/**
 * Backpack's streams of one venue: who listens to what, and what each is told when something
 * happened or a second went by. A stream is named in its messages as it was subscribed to.
 */
import type { SimAccount } from '../account.ts';
import { tradesOf } from '../candles.ts';
import type { SimStream, StreamSession } from '../face.ts';
import type { SimMarket } from '../market.ts';
import type { WorldEvent } from '../orders.ts';
import type { World } from '../world.ts';
import { positionRow, positionRows } from './account-words.ts';
import { ApiError, microseconds } from './answers.ts';
import { DepthFeeds } from './depth-feed.ts';
import { openInterestRow } from './public-routes.ts';
import type { Signatures } from './signature.ts';
import { signedText } from './signature.ts';
import { bookTickerMessage, depthMessage, klineMessage, markMessage } from './stream-words.ts';
import { liquidationMessage, orderMessage, positionMessage } from './stream-words.ts';
import { tickerMessage, tradeMessage } from './stream-words.ts';

const ACCOUNT = 'account.';
const KINDS =
  'ticker|bookTicker|markPrice|trade|openInterest|liquidation|kline\\.\\w+|depth(?:\\.\\d+ms)?';
const MARKET_STREAM = new RegExp(`^(${KINDS})\\.(.+)$`);
const ACCOUNT_STREAM = /^account\.(orderUpdate|positionUpdate)(?:\.(.+))?$/;
const INVALID_STREAM = 4006;
const INVALID_REQUEST = 4001;
const SECOND_MS = 1000;
/** How often the book is looked at where somebody listens to it. */
const DEPTH_MS = 200;

/** One connection. */
interface Listener {
  readonly stream: SimStream;
  /** By name of the stream: what ends it. */
  readonly ends: Map<string, () => void>;
  account: SimAccount | null;
}

export class Streams {
  readonly depths: DepthFeeds;
  readonly #world: World;
  readonly #signatures: Signatures;
  readonly #listeners = new Set<Listener>();
  /** Sizes of positions when they were told last, by account and symbol. */
  readonly #told = new Map<string, number>();
  readonly #end: () => void;
  #second = 0;
  #breath = 0;

  constructor(world: World, signatures: Signatures) {
    this.#world = world;
    this.#signatures = signatures;
    this.depths = new DepthFeeds(world);
    this.depths.subscribe((sim, change) => {
      const message = depthMessage(sim, change, this.#world.now());
      this.#tellMarket(sim.symbol, (kind) => (kind.startsWith('depth') ? message : null));
    });
    this.#end = world.subscribe((event) => this.#hear(event));
  }

  connect(stream: SimStream): StreamSession {
    const listener: Listener = { stream, ends: new Map(), account: null };
    this.#listeners.add(listener);
    return {
      message: (text) => this.#message(listener, text),
      closed: () => {
        for (const end of listener.ends.values()) end();
        this.#listeners.delete(listener);
      },
    };
  }

  /** Tells what streams say by the second. */
  beat(): void {
    const now = this.#world.now();
    const second = Math.floor(now / SECOND_MS);
    const breath = Math.floor(now / DEPTH_MS);
    if (breath !== this.#breath) {
      for (const sim of this.#heard('depth')) this.depths.refresh(sim);
    }
    if (second !== this.#second) for (const sim of this.#heard('')) this.#tellSecond(sim, now);
    this.#breath = breath;
    this.#second = second;
  }

  close(): void {
    this.#end();
  }

  #message(listener: Listener, text: string): void {
    const request = requestOf(text);
    if (request === null) {
      this.#refuse(listener, INVALID_REQUEST, 'Invalid request');
      return;
    }
    const { method, params, signature } = request;
    for (const name of params) {
      if (method === 'UNSUBSCRIBE') this.#unsubscribe(listener, name);
      else if (!this.#subscribe(listener, name, signature)) return;
    }
  }

  #subscribe(listener: Listener, name: string, signature: readonly string[]): boolean {
    const symbol = symbolOf(name);
    const known = symbol !== null && (symbol === '' || this.#world.market(symbol) !== null);
    if (!known) return this.#refuse(listener, INVALID_STREAM, 'Invalid stream');
    if (name.startsWith(ACCOUNT)) {
      const account = this.#accountOf(signature);
      if (account === null) return this.#refuse(listener, INVALID_REQUEST, 'Invalid signature');
      listener.account = account;
    }
    listener.ends.get(name)?.();
    const end = name.startsWith(ACCOUNT) ? () => undefined : this.#world.watch(symbol);
    listener.ends.set(name, end);
    if (name.startsWith('depth')) this.depths.refresh(this.#world.records.market(symbol));
    if (name.startsWith('account.positionUpdate')) this.#tellPresent(listener, name, symbol);
    return true;
  }

  #unsubscribe(listener: Listener, name: string): void {
    listener.ends.get(name)?.();
    listener.ends.delete(name);
  }

  #accountOf(signature: readonly string[]): SimAccount | null {
    const [api_key = '', signed = '', timestamp = '', window = ''] = signature;
    try {
      const claim = { api_key, signature: signed, timestamp, window };
      return this.#signatures.accountOf(claim, [signedText('subscribe', {})]);
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  #refuse({ stream }: Listener, code: number, message: string): false {
    stream.send(JSON.stringify({ id: null, error: { code, message } }));
    return false;
  }

  #hear(event: WorldEvent): void {
    if (event.type === 'order') this.#hearOrder(event);
    else if (event.type === 'position') this.#hearPosition(event.account, event.symbol);
    else if (event.type === 'price') this.#hearPrice(event.symbol);
  }

  #hearOrder({ order, change, fill }: Extract<WorldEvent, { type: 'order' }>): void {
    const sim = this.#world.records.market(order.symbol);
    const now = this.#world.now();
    const message = orderMessage(sim.market, change, order, fill, now);
    this.#tellAccount(order.account, 'orderUpdate', order.symbol, message);
    if (fill === null) return;
    const { id, at_ms, ticks, lots, side, maker } = fill;
    const taker = maker === (side === 'buy') ? 'sell' : 'buy';
    const trade = tradeMessage(sim, { id, at_ms, ticks, lots, side: taker }, now);
    const closed = fill.origin === 'liquidation' ? liquidationMessage(sim, fill, now) : null;
    this.#tellMarket(sim.symbol, (kind) => {
      if (kind === 'trade') return trade;
      return kind === 'liquidation' ? closed : null;
    });
  }

  #hearPosition(name: string, symbol: string): void {
    const account = this.#world.records.account(name);
    const sim = this.#world.records.market(symbol);
    const key = `${name}/${symbol}`;
    const before = this.#told.get(key) ?? 0;
    const { lots } = account.holding(sim.market).sums;
    this.#told.set(key, lots);
    const opened = before === 0 ? 'positionOpened' : 'positionAdjusted';
    const row = positionRow(this.#world, account, sim);
    const event = lots === 0 ? 'positionClosed' : opened;
    const message = positionMessage(row, event, this.#world.now());
    this.#tellAccount(name, 'positionUpdate', symbol, message);
  }

  /** A price set by hand is told at once, a running one by the second. */
  #hearPrice(symbol: string): void {
    const sim = this.#world.records.market(symbol);
    const now = this.#world.now();
    if (this.#heard('depth').includes(sim)) this.depths.refresh(sim);
    const isRunning = sim.path.speed > 0;
    this.#tellMarket(symbol, (kind) => {
      if (kind === 'bookTicker') return bookTickerMessage(sim, now);
      if (isRunning) return null;
      return secondMessage(this.#world, sim, kind, now);
    });
  }

  #tellSecond(sim: SimMarket, now: number): void {
    const [trade] = tradesOf(sim.candles, now, 1);
    this.#tellMarket(sim.symbol, (kind) => {
      if (kind === 'trade') return trade === undefined ? null : tradeMessage(sim, trade, now);
      return secondMessage(this.#world, sim, kind, now);
    });
  }

  /** Markets of which somebody listens to a stream that begins so. */
  #heard(kind: string): readonly SimMarket[] {
    const symbols = new Set<string>();
    for (const { ends } of this.#listeners) {
      for (const name of ends.keys()) {
        if (name.startsWith(kind)) symbols.add(MARKET_STREAM.exec(name)?.[2] ?? '');
      }
    }
    return [...symbols].flatMap((symbol) => this.#world.market(symbol) ?? []);
  }

  /** What there is at the subscription, without an event's name. */
  #tellPresent(listener: Listener, name: string, symbol: string): void {
    const { account } = listener;
    if (account === null) return;
    const now = this.#world.now();
    for (const row of positionRows(this.#world, account, symbol === '' ? null : symbol)) {
      send(listener, name, positionMessage(row, null, now));
    }
  }

  #tellAccount(account: string, kind: string, symbol: string, message: object): void {
    for (const listener of this.#listeners) {
      if (listener.account?.name !== account) continue;
      for (const name of [`${ACCOUNT}${kind}`, `${ACCOUNT}${kind}.${symbol}`]) {
        if (listener.ends.has(name)) send(listener, name, message);
      }
    }
  }

  /** Tells each listener of a market's stream what `messageOf` its kind says. */
  #tellMarket(symbol: string, messageOf: (kind: string) => object | null): void {
    for (const listener of this.#listeners) {
      for (const name of listener.ends.keys()) {
        const [, kind, of] = MARKET_STREAM.exec(name) ?? [];
        if (kind === undefined || of !== symbol) continue;
        const message = messageOf(kind);
        if (message !== null) send(listener, name, message);
      }
    }
  }
}

/** What a stream says every second; null for those that only say what happens. */
function secondMessage(world: World, sim: SimMarket, kind: string, now: number): object | null {
  if (kind === 'ticker') return tickerMessage(sim, now);
  if (kind === 'markPrice') return markMessage(sim, now);
  if (kind === 'bookTicker') return bookTickerMessage(sim, now);
  if (kind.startsWith('kline.')) return klineMessage(sim, kind.slice('kline.'.length), now);
  if (kind !== 'openInterest') return null;
  const { openInterest } = openInterestRow(world, sim);
  return { e: 'openInterest', E: microseconds(now), s: sim.symbol, o: openInterest };
}

/** The symbol that a stream is about; empty: all; null: there is no such stream. */
function symbolOf(name: string): string | null {
  const market = MARKET_STREAM.exec(name);
  if (market !== null) return market[2] ?? null;
  const account = ACCOUNT_STREAM.exec(name);
  return account === null ? null : (account[2] ?? '');
}

function send({ stream }: Listener, name: string, data: object): void {
  stream.tell(JSON.stringify({ stream: name, data }));
}

/** A subscription as it was sent; null when it is none. */
function requestOf(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { method, params, signature = [] } = value as Record<string, unknown>;
  if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') return null;
  if (!isTexts(params) || !isTexts(signature)) return null;
  return { method, params, signature };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
