/**
 * The socket bots call home to: one JSON value a line. A connection says hello first and is
 * welcomed or refused; then messages come up and requests go down, each with an id and a timeout.
 * The end of a connection is told at once. It judges nobody itself: `judge` of its owner does.
 */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { chmodSync, rmSync } from 'node:fs';
import { LINK_PROTOCOL } from '../contract/instance-api.ts';
import type {
  BotMessage,
  BotMethod,
  BotRequests,
  SupervisorMessage,
} from '../contract/instance-api.ts';
import { GriddError } from '../contract/errors.ts';
import type { Cancel, Clock } from '../platform/clock.ts';
import { LineCutter, parseBotLine } from './link-message.ts';

export type Hello = Extract<BotMessage, { type: 'hello' }>;
type Reply = Extract<BotMessage, { type: 'reply' }>;

/** What the owner of the link does with it. */
export interface LinkOwner {
  /** Why this process is not welcome; null when it is. */
  judge(hello: Hello): string | null;
  connected(connection: BotConnection): void;
  message(connection: BotConnection, message: BotMessage): void;
  disconnected(connection: BotConnection): void;
  /** Something odd on the line that nobody else sees. */
  notice(sentence: string): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: GriddError) => void;
  readonly cancel: Cancel;
}

const HELLO_TIMEOUT_MS = 5_000;
/** What a process said last is read within this time of its end. */
const LAST_WORD_MS = 1_000;

/** A bot that said hello and was welcomed. */
export class BotConnection {
  readonly hello: Hello;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed = false;

  constructor(hello: Hello, socket: Socket, clock: Clock) {
    this.hello = hello;
    this.#socket = socket;
    this.#clock = clock;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Asks the bot; rejects with the bot's own error, or BOT_UNREACHABLE on silence or a lost line.
   */
  request<M extends BotMethod>(
    method: M,
    params: BotRequests[M]['params'],
    timeoutMs: number,
  ): Promise<BotRequests[M]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(unreachable(this.hello.id, 'its line is closed'));
        return;
      }
      this.#lastId += 1;
      const id = this.#lastId;
      const cancel = this.#clock.after(timeoutMs, () => {
        this.#waiting.delete(id);
        const seconds = Math.max(0.1, Math.round(timeoutMs / 100) / 10);
        reject(unreachable(this.hello.id, `no answer to ${method} within ${seconds} s`));
      });
      // The bot is trusted with the shape of its answers: both ends are ours and versioned.
      const accept = (result: unknown) => resolve(result as BotRequests[M]['result']);
      this.#waiting.set(id, { resolve: accept, reject, cancel });
      this.send({ type: 'request', request_id: id, method, params });
    });
  }

  send(message: SupervisorMessage): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Hands an answer to who asked. */
  settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.request_id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.request_id);
    waiting.cancel();
    if (reply.error !== undefined) waiting.reject(GriddError.fromBody(reply.error));
    else waiting.resolve(reply.result);
  }

  /** The process has ended: what it said last is still read, then the line ends. */
  ended(): void {
    this.#clock.after(LAST_WORD_MS, () => this.close(), 'idle');
  }

  /** Ends the line; whoever still waits is told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    for (const { reject, cancel } of this.#waiting.values()) {
      cancel();
      reject(unreachable(this.hello.id, 'its line ended'));
    }
    this.#waiting.clear();
  }
}

function unreachable(id: string, why: string): GriddError {
  return new GriddError('BOT_UNREACHABLE', `The bot of ${id} does not answer: ${why}.`);
}

/** The listening socket. */
export interface BotLink {
  /** Listens again at the same path, for when the file has disappeared. */
  reopen(): Promise<void>;
  close(): void;
}

/**
 * Opens the bot socket at `path` (mode 0600; a file there is replaced: we hold the home's lock).
 */
export async function openBotLink(path: string, owner: LinkOwner, clock: Clock): Promise<BotLink> {
  const open = new Set<Socket>();
  let server = await listen();

  function listen(): Promise<Server> {
    const next = createServer((socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      serve(socket, owner, clock, process.pid);
    });
    rmSync(path, { force: true });
    return new Promise((resolve, reject) => {
      next.once('error', reject);
      next.listen(path, () => {
        chmodSync(path, 0o600);
        next.on('error', (error) => owner.notice(`bot socket: ${error.message}`));
        resolve(next);
      });
    });
  }
  return {
    async reopen() {
      // Closing unlinks the path: the old server goes before the new file appears. Lines stay open.
      server.close();
      server = await listen();
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function serve(socket: Socket, owner: LinkOwner, clock: Clock, pid: number): void {
  const cutter = new LineCutter();
  let connection: BotConnection | null = null;
  const cancelHello = clock.after(HELLO_TIMEOUT_MS, () => socket.destroy(), 'idle');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    cancelHello();
    if (connection === null) return;
    connection.close();
    owner.disconnected(connection);
  });
  socket.on('data', (chunk: Buffer) => {
    const lines = cutter.push(chunk);
    if (lines === null) drop('a line was too long');
    else lines.every(take);
  });

  function drop(why: string): false {
    owner.notice(`bot link of ${connection?.hello.id ?? 'an unknown process'} closed: ${why}`);
    socket.destroy();
    return false;
  }
  function take(line: string): boolean {
    const message = parseBotLine(line);
    if (message === 'unknown') return true;
    if (message === null) return drop('a line was not a message');
    if (connection === null) return greet(message);
    if (message.type === 'reply') connection.settle(message);
    else if (message.type === 'hello') return drop('it said hello twice');
    else owner.message(connection, message);
    return true;
  }
  function greet(message: BotMessage): boolean {
    if (message.type !== 'hello') return drop('it did not say hello first');
    cancelHello();
    const reason =
      message.protocol > LINK_PROTOCOL || message.protocol < LINK_PROTOCOL - 1
        ? `it speaks protocol ${message.protocol}, this supervisor ${LINK_PROTOCOL}`
        : owner.judge(message);
    if (reason !== null) {
      owner.notice(`refused pid ${message.pid} as the bot of ${message.id}: ${reason}`);
      const refused: SupervisorMessage = { type: 'refused', reason };
      socket.end(`${JSON.stringify(refused)}\n`);
      return false;
    }
    connection = new BotConnection(message, socket, clock);
    connection.send({ type: 'welcome', protocol: message.protocol, home: message.home, pid });
    owner.connected(connection);
    return true;
  }
}
