/**
 * Aster's two streams as one: the market's and the user's. It is connected while both are; a
 * message that cannot be read, a listen key that ran out or a stop that fired is told as what may
 * have been missed, or is asked for.
 */
import type { Cancel, Clock } from '../../platform/clock.ts';
import { systemChance } from '../../platform/chance.ts';
import { VenueFault } from '../port.ts';
import type { VenueEvent, VenueListener } from '../port.ts';
import type { VenueOptions } from '../venue-kind.ts';
import { Delivery } from '../wire/delivery.ts';
import { Answer, parseExactJson } from '../wire/json.ts';
import { KeptSocket } from '../wire/socket.ts';
import type { SocketOptions, SocketUser } from '../wire/socket.ts';
import type { AsterConnection } from './connection.ts';
import type { OrderMemory } from './order-memory.ts';
import type { AsterOrder } from './parse-order.ts';
import { orderOf } from './parse-order.ts';
import { marketMessage, marketStreams, userMessage } from './parse-stream.ts';
import type { StreamContext, StreamMessage } from './parse-stream.ts';
import { pricesOf } from './questions.ts';
import { ROUTES } from './routes.ts';
import type { TermsReader } from './terms.ts';

export interface StreamParts {
  readonly options: VenueOptions;
  readonly connection: AsterConnection;
  readonly memory: OrderMemory;
  readonly terms: TermsReader;
}

type Name = 'user' | 'market';
type Reader = (message: Answer, context: StreamContext) => StreamMessage;

const PING_MS = 15_000;
/** The mark price comes every second. */
const MARKET_QUIET_MS = 15_000;
/** The venue ends a connection after a day. */
const LIFE_MS = 23 * 3_600_000;
/** A listen key lives for an hour. */
const KEEP_MS = 30 * 60_000;
const KEEP_AGAIN_MS = 60_000;

/** A price with the moment it was said. */
interface Said {
  readonly price: string;
  readonly at_ms: number;
}

export class AsterStream {
  readonly #parts: StreamParts;
  readonly #clock: Clock;
  readonly #sockets: Readonly<Record<Name, KeptSocket>>;
  readonly #up: Record<Name, boolean> = { user: false, market: false };
  #delivery: Delivery | null = null;
  #context: StreamContext | null = null;
  /** What was told last of the connection. */
  #told: 'nothing' | 'connected' | 'disconnected' = 'nothing';
  #last: Said | null = null;
  #mark: Said | null = null;
  #stopKeeping: Cancel = () => undefined;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    const { options, connection } = parts;
    this.#clock = options.clock;
    const { proxy, connect_timeout_ms, clock, trace } = options;
    const shared = {
      ...{ proxy, connect_timeout_ms, clock, trace, redaction: connection.redaction },
      ...{ chance: systemChance, ping_ms: PING_MS, life_ms: LIFE_MS },
    };
    const user: SocketOptions = { ...shared, quiet_ms: null, address: () => this.#userAddress() };
    const address = `${options.ws_url}/stream?streams=${marketStreams(options.symbol)}`;
    const market: SocketOptions = {
      ...{ ...shared, quiet_ms: MARKET_QUIET_MS },
      address: () => Promise.resolve(address),
    };
    this.#sockets = {
      user: new KeptSocket(user, this.#userOf('user', userMessage)),
      market: new KeptSocket(market, this.#userOf('market', marketMessage)),
    };
  }

  /** Begins; resolves when both first connections have stood or failed. */
  async connect(listener: VenueListener): Promise<void> {
    const { terms, options, memory } = this.#parts;
    const { rules, rates } = await terms.get();
    const madeAt = (id: string): number | null => memory.madeAt(id);
    this.#context = { symbol: options.symbol, quote: rules.quote, rates, madeAt };
    this.#delivery = new Delivery(listener);
    await this.#sockets.user.open();
    await this.#sockets.market.open();
  }

  async close(): Promise<void> {
    this.#delivery?.close();
    this.#stopKeeping();
    await Promise.all([this.#sockets.user.close(), this.#sockets.market.close()]);
  }

  #userOf(name: Name, read: Reader): SocketUser {
    return {
      opened: () => {
        this.#up[name] = true;
        if (name === 'user') this.#keepAfter(KEEP_MS);
        if (this.#up.user && this.#up.market) void this.#connected();
      },
      message: (text) => this.#read(text, read),
      alive: () => this.#push({ type: 'alive' }),
      lost: (reason) => {
        this.#up[name] = false;
        if (this.#told === 'disconnected') return;
        this.#told = 'disconnected';
        this.#delivery?.push({ type: 'disconnected', reason });
      },
    };
  }

  /** The listen key is the account's: whoever asks is given the one that lives. */
  async #userAddress(): Promise<string> {
    const { connection, options } = this.#parts;
    const key = (await connection.ask(ROUTES.openStream)).at('listenKey').id();
    connection.redaction.keep(key);
    return `${options.ws_url}/ws/${encodeURIComponent(key)}`;
  }

  async #connected(): Promise<void> {
    this.#told = 'connected';
    this.#push({ type: 'connected' });
    const { connection, options } = this.#parts;
    try {
      const { last, mark } = await pricesOf(connection, options.symbol);
      this.#said('last', last);
      this.#said('mark', mark);
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      // The streams will tell them.
    }
  }

  /** Whether the message was one of those that the stream is for. */
  #read(text: string, read: Reader): boolean {
    const context = this.#context;
    if (context === null) return false;
    try {
      const message = read(new Answer(parseExactJson(text), 'stream'), context);
      this.#take(message);
      return message.type !== 'alive';
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.#push({ type: 'gap', reason: error.message });
      return false;
    }
  }

  #take(message: StreamMessage): void {
    switch (message.type) {
      case 'last':
      case 'mark':
        return this.#said(message.type, message);
      case 'order': {
        // A fill before the order that it ended.
        if (message.fill !== null) this.#push({ type: 'fill', fill: message.fill });
        return this.#tellOrder(message.told);
      }
      case 'stop':
        return void this.#lookUp(message.told);
      case 'position':
        return this.#push({ type: 'position', position: message.position });
      case 'expired':
        this.#push({ type: 'gap', reason: 'the listen key ran out' });
        return this.#sockets.user.renew('the listen key ran out');
      case 'alive':
        return this.#push({ type: 'alive' });
    }
  }

  #tellOrder(told: AsterOrder): void {
    this.#push({ type: 'order', order: this.#parts.memory.note(told) });
  }

  /** A stop order that expired: fired and gone on, or over. */
  async #lookUp({ order: { venue_order_id: orderId } }: AsterOrder): Promise<void> {
    const { connection, options } = this.#parts;
    try {
      const answer = await connection.find(ROUTES.order, { symbol: options.symbol, orderId });
      if (answer !== null) this.#tellOrder(orderOf(answer));
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.#push({ type: 'gap', reason: error.message });
    }
  }

  /** Prices are told together, and only what is newer and other than told before. */
  #said(what: 'last' | 'mark', said: Said): void {
    const before = what === 'last' ? this.#last : this.#mark;
    if (before !== null && before.at_ms > said.at_ms) return;
    if (what === 'last') this.#last = said;
    else this.#mark = said;
    const [last, mark] = [this.#last, this.#mark];
    if (before?.price === said.price || last === null || mark === null) {
      return this.#push({ type: 'alive' });
    }
    const at_ms = Math.max(last.at_ms, mark.at_ms);
    this.#push({ type: 'price', last: last.price, mark: mark.price, at_ms });
  }

  /** Nothing is told while the streams are not connected: it is asked for when they are. */
  #push(event: VenueEvent): void {
    if (this.#told === 'connected') this.#delivery?.push(event);
  }

  #keepAfter(ms: number): void {
    this.#stopKeeping();
    this.#stopKeeping = this.#clock.after(ms, () => void this.#keep(), 'idle');
  }

  async #keep(): Promise<void> {
    try {
      await this.#parts.connection.ask(ROUTES.keepStream);
      this.#keepAfter(KEEP_MS);
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      if (error.kind !== 'refused') return this.#keepAfter(KEEP_AGAIN_MS);
      this.#sockets.user.renew('the listen key is not known any more');
    }
  }
}
