/**
 * A WebSocket that is kept: it connects again with growing, jittered pauses, answers and sends
 * pings, notices silence and replaces itself before the venue would end it. What it carries is the
 * venue's affair: it is told of each connection, each message and each sign of life, in order, and
 * of nothing once it was closed.
 */
import { HttpsProxyAgent } from 'https-proxy-agent';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { VenueFault } from '../port.ts';
import type { Chance } from '../../platform/chance.ts';
import type { Cancel, Clock } from '../../platform/clock.ts';
import type { Redaction } from './redaction.ts';

export interface SocketOptions {
  /** The address of the next connection; a `VenueFault` counts as a connection that failed. */
  readonly address: () => Promise<string>;
  readonly proxy: string | null;
  readonly connect_timeout_ms: number;
  /** So often we ask for a sign of life; without one for 2.5 times as long it is dead. */
  readonly ping_ms: number;
  /** Without a useful message for so long it is replaced, alive or not; null: never. */
  readonly quiet_ms: number | null;
  /** It is replaced at this age; null: it may grow as old as it likes. */
  readonly life_ms: number | null;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly trace: (line: string) => void;
  readonly redaction: Redaction;
}

/** Who uses a socket. None of these may throw. */
export interface SocketUser {
  /** A connection stands: subscribe with `send`. */
  opened(send: (text: string) => void): void;
  /** True: it was what the stream is for, and the connection is of use. */
  message(text: string): boolean;
  /** A ping or pong came. */
  alive(): void;
  /** The connection is over, or there was none; another is tried. */
  lost(reason: string): void;
}

/** Pauses before connections, ms: the first, doubled up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** So long a polite end may take. */
const GOODBYE_MS = 500;
const LARGEST_MESSAGE = 8 * 1024 * 1024;
const DEAD_AFTER_PINGS = 2.5;

export class KeptSocket {
  readonly #options: SocketOptions;
  readonly #user: SocketUser;
  #socket: WebSocket | null = null;
  /** Ends the present connection. */
  #end: (reason: string) => void = () => undefined;
  #stopWaiting: Cancel = () => undefined;
  #failures = 0;
  #closed = false;

  constructor(options: SocketOptions, user: SocketUser) {
    this.#options = options;
    this.#user = user;
  }

  /** Begins; resolves when the first try has ended, well or not. */
  open(): Promise<void> {
    return this.#connect();
  }

  /** Ends the connection and begins another at once. */
  renew(reason: string): void {
    this.#end(reason);
  }

  /** Ends it; the user is told of nothing any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWaiting();
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null || socket.readyState === WebSocket.CLOSED) return;
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const stop = this.#options.clock.after(GOODBYE_MS, () => socket.terminate());
    socket.close(1000);
    await ended;
    stop();
  }

  async #connect(): Promise<void> {
    const { address, trace, redaction } = this.#options;
    try {
      const url = await address();
      if (this.#closed) return;
      trace(redaction.clean(`stream ${url}: connecting`));
      await this.#stand(url);
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.#lose(error.message);
    }
  }

  /** Resolves when the connection stands or has failed. */
  #stand(url: string): Promise<void> {
    const { proxy, connect_timeout_ms, clock } = this.#options;
    const socket = new WebSocket(url, {
      handshakeTimeout: connect_timeout_ms,
      maxPayload: LARGEST_MESSAGE,
      perMessageDeflate: false,
      ...(proxy === null ? {} : { agent: new HttpsProxyAgent(proxy) }),
    });
    this.#socket = socket;
    const life = new SocketLife(this.#options);
    let ended = false;
    const end = (reason: string): void => {
      if (ended) return;
      ended = true;
      stop();
      socket.terminate();
      if (this.#socket === socket) this.#lose(reason);
    };
    this.#end = end;
    const watch = (): void => {
      const fault = life.fault();
      if (fault !== null) end(fault);
      else if (socket.readyState === WebSocket.OPEN) socket.ping();
    };
    const stop = clock.every(this.#options.ping_ms, watch);
    const mine = (what: () => void): void => {
      if (!ended && this.#socket === socket) what();
    };
    return new Promise((resolve) => {
      socket.on('open', () => {
        resolve();
        life.hear('message');
        mine(() => this.#user.opened((text) => socket.send(text)));
      });
      socket.on('message', (data) => {
        mine(() => {
          const useful = this.#user.message(textOf(data));
          life.hear(useful ? 'message' : 'sign');
          if (useful) this.#failures = 0;
        });
      });
      for (const sign of ['ping', 'pong'] as const) {
        socket.on(sign, () => {
          life.hear('sign');
          mine(() => this.#user.alive());
        });
      }
      socket.on('error', (error) => {
        resolve();
        end(error.message === '' ? 'the connection failed' : error.message);
      });
      socket.on('close', (code, reason) => {
        resolve();
        end(`the venue ended the stream (${code}${reason.length > 0 ? `, ${reason}` : ''})`);
      });
    });
  }

  #lose(reason: string): void {
    if (this.#closed) return;
    const { clock, chance, trace, redaction } = this.#options;
    this.#socket = null;
    const clean = redaction.clean(reason);
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Anything from half of it on: who lost their streams together must not come back together.
    const pause = Math.round(longest * (0.5 + chance() / 2));
    trace(`stream: ${clean}; again in ${pause} ms`);
    this.#stopWaiting = clock.after(pause, () => void this.#connect());
    this.#user.lost(clean);
  }
}

/** How long a connection has lived and been silent. */
class SocketLife {
  readonly #options: SocketOptions;
  readonly #begun: number;
  #heardAt: number;
  #messageAt: number;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#begun = this.#heardAt = this.#messageAt = options.clock.monotonic();
  }

  hear(what: 'message' | 'sign'): void {
    this.#heardAt = this.#options.clock.monotonic();
    if (what === 'message') this.#messageAt = this.#heardAt;
  }

  /** Why the connection should be replaced; null while it is well. */
  fault(): string | null {
    const { clock, ping_ms, quiet_ms, life_ms } = this.#options;
    const now = clock.monotonic();
    if (now - this.#heardAt > DEAD_AFTER_PINGS * ping_ms) return 'the stream gives no sign of life';
    const quiet = quiet_ms !== null && now - this.#messageAt > quiet_ms;
    if (quiet) return `the stream brought nothing for ${Math.round(quiet_ms / 1000)} s`;
    const old = life_ms !== null && now - this.#begun > life_ms;
    return old ? 'the connection had reached its age' : null;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
