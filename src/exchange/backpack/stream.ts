/**
 * Backpack's stream of one account and one market as events of the port. One connection carries
 * prices and orders; what cannot be read is told as a gap, and a refused subscription ends the
 * connection.
 */
import { systemChance } from '../../platform/chance.ts';
import { VenueFault } from '../port.ts';
import type { VenueEvent, VenueListener } from '../port.ts';
import type { WireOptions } from '../venue-kind.ts';
import { Delivery } from '../wire/delivery.ts';
import { Answer, parseExactJson } from '../wire/json.ts';
import type { Redaction } from '../wire/redaction.ts';
import { KeptSocket } from '../wire/socket.ts';
import type { SocketUser } from '../wire/socket.ts';
import type { OrderMemory } from './order-memory.ts';
import { orderUpdateOf } from './parse.ts';
import type { Assets } from './parse.ts';
import { positive } from './parse-market.ts';
import { streamSignature } from './sign.ts';
import type { SigningKey } from './sign.ts';
import type { SignedRest } from './signed-rest.ts';

const PING_MS = 15_000;
/** Prices are told every second, marks too. */
const QUIET_MS = 90_000;

export interface StreamParts {
  readonly options: WireOptions;
  readonly symbol: string;
  readonly assets: Assets;
  readonly key: SigningKey;
  readonly rest: SignedRest;
  readonly memory: OrderMemory;
  readonly redaction: Redaction;
  /** Asks for the present price. */
  readonly price: () => Promise<{ last: string; mark: string; at_ms: number }>;
}

export class Stream implements SocketUser {
  readonly #parts: StreamParts;
  readonly #delivery: Delivery;
  readonly #socket: KeptSocket;
  #last: string | null = null;
  #mark: string | null = null;
  /** Something came of the subscriptions of this connection. */
  #stands = false;

  constructor(parts: StreamParts, listener: VenueListener) {
    this.#parts = parts;
    this.#delivery = new Delivery(listener);
    const { options, rest, redaction } = parts;
    const { clock, proxy, connect_timeout_ms, trace, ws_url } = options;
    this.#socket = new KeptSocket(
      {
        address: async () => {
          // Subscriptions are signed by the venue's time.
          await rest.ready();
          return ws_url;
        },
        ...{ proxy, connect_timeout_ms, clock, trace, redaction, chance: systemChance },
        ...{ ping_ms: PING_MS, quiet_ms: QUIET_MS, life_ms: null },
      },
      this,
    );
  }

  /** Begins; resolves when the first try to connect has ended. */
  open(): Promise<void> {
    return this.#socket.open();
  }

  async close(): Promise<void> {
    this.#delivery.close();
    await this.#socket.close();
  }

  opened(send: (text: string) => void): void {
    const { symbol, key, rest } = this.#parts;
    const subscribe = (params: readonly string[], more: object = {}) =>
      send(JSON.stringify({ method: 'SUBSCRIBE', params, ...more }));
    const signature = streamSignature(key, rest.public.time.now());
    // The account's first: once prices come, its updates come too.
    subscribe([`account.orderUpdate.${symbol}`], { signature });
    subscribe([`ticker.${symbol}`, `markPrice.${symbol}`]);
    this.#stands = false;
    this.#delivery.push({ type: 'connected' });
    void this.#tellPresentPrice();
  }

  message(text: string): boolean {
    try {
      return this.#take(new Answer(parseExactJson(text), 'stream'));
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.#delivery.push({ type: 'gap', reason: error.message });
      return false;
    }
  }

  alive(): void {
    this.#delivery.push({ type: 'alive' });
  }

  lost(reason: string): void {
    this.#last = this.#mark = null;
    this.#delivery.push({ type: 'disconnected', reason });
  }

  #take(message: Answer): boolean {
    const error = message.at('error').given;
    if (error !== null) {
      const told = error.at('message').given?.text() ?? 'an error without words';
      this.#socket.renew(`the venue refused a subscription: ${told}`);
      return false;
    }
    // A subscription may be confirmed.
    if (message.at('stream').given === null) return false;
    this.#stand();
    const [kind = ''] = message.at('stream').text().split(/\.(?=[^.]*$)/);
    const data = message.at('data');
    if (kind === 'ticker') this.#tellPrice(positive(data.at('c')), null, data.at('E').time('us'));
    else if (kind === 'markPrice') {
      this.#tellPrice(null, positive(data.at('p')), data.at('T').time('us'));
    } else if (kind === 'account.orderUpdate') this.#tellOrder(data);
    return true;
  }

  /** The venue confirms no subscription: from its first message on it is known to be in force. */
  #stand(): void {
    if (this.#stands) return;
    this.#stands = true;
    this.#delivery.push({ type: 'gap', reason: 'what came before the subscription is not told' });
  }

  #tellOrder(data: Answer): void {
    const { symbol, assets, memory } = this.#parts;
    const update = orderUpdateOf(data, assets);
    if (update.symbol !== symbol) return;
    const isOver = update.order.status !== 'open';
    const order = memory.complete(update, 'told', isOver ? update.order.at_ms : null);
    if (update.fill !== null) {
      const fill = { ...update.fill, client_id: order.client_id };
      this.#delivery.push({ type: 'fill', fill });
    }
    this.#delivery.push({ type: 'order', order });
  }

  #tellPrice(last: string | null, mark: string | null, at_ms: number): void {
    this.#last = last ?? this.#last;
    this.#mark = mark ?? this.#mark;
    if (this.#last === null || this.#mark === null) return;
    const price: VenueEvent = { type: 'price', last: this.#last, mark: this.#mark, at_ms };
    this.#delivery.push(price);
  }

  /** Last and mark come apart: until both were told, no price is known. */
  async #tellPresentPrice(): Promise<void> {
    try {
      const { last, mark, at_ms } = await this.#parts.price();
      if (this.#last === null || this.#mark === null) {
        this.#tellPrice(this.#last ?? last, this.#mark ?? mark, at_ms);
      }
    } catch (error) {
      // The stream tells it soon.
      if (!(error instanceof VenueFault)) throw error;
    }
  }
}
