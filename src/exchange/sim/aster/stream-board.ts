/**
 * Who follows what at the simulated Aster: connections, their subscriptions and user streams, and
 * the messages by which clients change them. A message is made once and sent to all who follow it.
 */
import type { SimStream, StreamSession } from '../face.ts';
import type { SimMarket } from '../market.ts';
import type { World } from '../world.ts';
import type { ListenKeys } from './listen-keys.ts';
import { openMarketStream } from './market-streams.ts';
import type { MarketStream } from './market-streams.ts';

const MOST_STREAMS = 200;
const MESSAGES_PER_SECOND = 10;
const LONGEST_CONNECTION_MS = 86_400_000;
/** A client broke a rule; the connection came of age. */
const POLICY = 1008;
const OF_AGE = 1001;
const NORMAL = 1000;

/** What clients may ask of their connection. */
const METHODS = 'SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY';

interface Connection {
  readonly stream: SimStream;
  readonly since_ms: number;
  /** Messages are wrapped with the name of their stream. */
  combined: boolean;
  readonly names: Set<string>;
  /** Listen keys it follows, until they expire. */
  readonly keys: Set<string>;
  second: number;
  heard: number;
}

interface Followed {
  readonly stream: MarketStream;
  readonly by: Set<Connection>;
  readonly unwatch: () => void;
  due_ms: number;
}

export class StreamBoard {
  readonly #world: World;
  readonly #listenKeys: ListenKeys;
  readonly #connections = new Set<Connection>();
  readonly #followed = new Map<string, Followed>();

  constructor(world: World, listenKeys: ListenKeys) {
    this.#world = world;
    this.#listenKeys = listenKeys;
  }

  /** A client came to `/ws`, `/ws/NAME` or `/stream?streams=NAME/NAME`. */
  connect(stream: SimStream, path: string): StreamSession {
    const now = this.#world.unpassed();
    const url = new URL(path, 'ws://venue');
    const connection: Connection = {
      ...{ stream, since_ms: now, combined: url.pathname.startsWith('/stream') },
      ...{ names: new Set<string>(), keys: new Set<string>(), second: 0, heard: 0 },
    };
    this.#connections.add(connection);
    const single = /^\/ws\/(.+)$/.exec(url.pathname)?.[1];
    const names = single?.split('/') ?? url.searchParams.get('streams')?.split('/') ?? [];
    const strange = names.filter((name) => name !== '' && !this.#follow(connection, name));
    if (strange.length > 0) stream.close(POLICY);
    return {
      message: (text) => this.#message(connection, text),
      closed: () => this.#leave(connection),
    };
  }

  /** Sends an event to the account's user streams. */
  tell(account: string, event: Readonly<Record<string, unknown>>): void {
    for (const connection of this.#connections) {
      for (const key of connection.keys) {
        const owner = this.#listenKeys.find(key, this.#world.unpassed())?.account;
        if (owner === account) send(connection, key, event);
      }
    }
  }

  /** Ends the connections that follow keys which are no more. */
  hangUp(): void {
    const now = this.#world.unpassed();
    for (const connection of this.#connections) {
      const ended = [...connection.keys].some((key) => this.#listenKeys.find(key, now) === null);
      if (ended) connection.stream.close(NORMAL);
    }
  }

  /** The price of a symbol changed. */
  price(symbol: string): void {
    for (const [name, followed] of this.#followed) {
      const { stream } = followed;
      const tells = stream.symbol === symbol || stream.symbol === null;
      if (tells && stream.every_ms === 0) this.#say(name, followed, this.#world.now());
    }
  }

  /** A snapshot of the book was handed out. */
  showed(sim: SimMarket, levels: number): void {
    for (const { stream } of this.#followed.values()) {
      if (stream.symbol === sim.symbol) stream.showed?.(levels, this.#world.now());
    }
  }

  /** Says what is due and ends what came of age. */
  beat(): void {
    const now = this.#world.now();
    for (const [name, followed] of this.#followed) {
      if (now >= followed.due_ms) this.#say(name, followed, now);
    }
    const present = this.#world.unpassed();
    for (const connection of this.#connections) {
      if (present - connection.since_ms >= LONGEST_CONNECTION_MS) connection.stream.close(OF_AGE);
      for (const key of connection.keys) {
        if (this.#listenKeys.find(key, present) !== null) continue;
        connection.keys.delete(key);
        send(connection, key, { e: 'listenKeyExpired', E: now });
      }
    }
  }

  /** False: there is no such stream, nor a living key of that name. */
  #follow(connection: Connection, name: string): boolean {
    if (connection.names.has(name) || connection.keys.has(name)) return true;
    if (this.#listenKeys.find(name, this.#world.unpassed()) !== null) {
      connection.keys.add(name);
      return true;
    }
    const followed = this.#followed.get(name) ?? this.#open(name);
    if (followed === null) return false;
    followed.by.add(connection);
    connection.names.add(name);
    return true;
  }

  #open(name: string): Followed | null {
    const stream = openMarketStream(this.#world, name);
    if (stream === null) return null;
    const { symbol } = stream;
    const unwatch = symbol === null ? () => undefined : this.#world.watch(symbol);
    const followed: Followed = { stream, by: new Set(), unwatch, due_ms: 0 };
    this.#followed.set(name, followed);
    return followed;
  }

  #unfollow(connection: Connection, name: string): void {
    connection.names.delete(name);
    connection.keys.delete(name);
    const followed = this.#followed.get(name);
    if (followed === undefined) return;
    followed.by.delete(connection);
    if (followed.by.size > 0) return;
    followed.unwatch();
    this.#followed.delete(name);
  }

  #leave(connection: Connection): void {
    for (const name of [...connection.names, ...connection.keys]) this.#unfollow(connection, name);
    this.#connections.delete(connection);
  }

  #say(name: string, followed: Followed, now: number): void {
    const { stream, by } = followed;
    followed.due_ms = now + stream.every_ms;
    for (const event of stream.next(now)) {
      for (const connection of by) send(connection, name, event);
    }
  }

  #message(connection: Connection, text: string): void {
    const second = Math.floor(this.#world.unpassed() / 1000);
    connection.heard = connection.second === second ? connection.heard + 1 : 1;
    connection.second = second;
    if (connection.heard > MESSAGES_PER_SECOND) {
      connection.stream.close(POLICY);
      return;
    }
    connection.stream.send(JSON.stringify(this.#answer(connection, text)));
  }

  #answer(connection: Connection, text: string): Readonly<Record<string, unknown>> {
    const request = readRequest(text);
    if (request === null) return complaint(3, 'Invalid JSON: expected value at line 1 column 1');
    // The documents want an id, but clients that name none are known to be served.
    const { method, params, id = null } = request;
    if (method === undefined) return complaint(2, 'Invalid request: missing field `method`');
    if (id !== null && (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)) {
      return complaint(2, 'Invalid request: request ID must be an unsigned integer');
    }
    const names = Array.isArray(params) ? params.map(String) : [];
    switch (method) {
      case 'SUBSCRIBE':
        if (connection.names.size + names.length > MOST_STREAMS) {
          return { ...complaint(2, 'Invalid request: too many parameters'), id };
        }
        // The venue says nothing of names that are no streams.
        for (const name of names) this.#follow(connection, name);
        return { result: null, id };
      case 'UNSUBSCRIBE':
        for (const name of names) this.#unfollow(connection, name);
        return { result: null, id };
      case 'LIST_SUBSCRIPTIONS':
        return { result: [...connection.names, ...connection.keys], id };
      case 'SET_PROPERTY':
      case 'GET_PROPERTY':
        return { ...property(connection, String(method), params), id };
      default: {
        const found = `unknown variant ${String(method)}, expected one of ${METHODS}`;
        return { ...complaint(2, `Invalid request: ${found}`), id };
      }
    }
  }
}

function property(
  connection: Connection,
  method: string,
  params: unknown,
): Readonly<Record<string, unknown>> {
  const [name, value] = Array.isArray(params) ? (params as readonly unknown[]) : [];
  if (typeof name !== 'string') {
    return complaint(2, 'Invalid request: property name must be a string');
  }
  if (name !== 'combined') return complaint(0, 'Unknown property');
  if (method === 'GET_PROPERTY') return { result: connection.combined };
  if (typeof value !== 'boolean') return complaint(1, 'Invalid value type: expected Boolean');
  connection.combined = value;
  return { result: null };
}

function readRequest(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null;
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function complaint(code: number, msg: string): Readonly<Record<string, unknown>> {
  return { code, msg };
}

function send({ stream, combined }: Connection, name: string, event: unknown): void {
  stream.tell(JSON.stringify(combined ? { stream: name, data: event } : event));
}
