/** Plain HTTP for tests: any header (Host and Origin included), any bytes, and event streams. */
import { request } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface HttpAsk {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** One request to 127.0.0.1:`port`. */
export function ask(port: number, path: string, more: HttpAsk = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = more;
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      readAll(response).then(resolve, reject);
    });
    outgoing.end(body);
  });
}

async function readAll(response: IncomingMessage): Promise<HttpAnswer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const { statusCode = 0, headers } = response;
  const isJson = headers['content-type']?.startsWith('application/json') === true && text !== '';
  return { status: statusCode, headers, text, json: isJson ? (JSON.parse(text) as unknown) : null };
}

/** Sends raw bytes and resolves with everything the server answers until it closes. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

export interface ServerEvent {
  readonly id: string | null;
  readonly name: string;
  readonly data: unknown;
}

/** An open event stream: `next` waits for the next event of a name. */
export class EventReader {
  readonly response: IncomingMessage;
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;
  readonly #events: ServerEvent[] = [];
  readonly #waiting: (() => void)[] = [];
  #text = '';
  #isEnded = false;

  private constructor(outgoing: ClientRequest, response: IncomingMessage) {
    this.#request = outgoing;
    this.response = response;
    this.ended = new Promise((resolve) => response.once('close', resolve));
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#take(chunk));
    // A connection the server resets is an end like any other here.
    response.on('error', () => {});
    response.on('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  /** `header` and `last`: the id of the last event, as a browser or as a page says it. */
  static open(port: number, how: { header?: string; last?: string } = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const { header, last } = how;
      const path = `/api/events${last === undefined ? '' : `?last=${encodeURIComponent(last)}`}`;
      const headers = header === undefined ? {} : { 'last-event-id': header };
      const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: false });
      outgoing.once('error', reject);
      outgoing.on('response', (response) => resolve(new EventReader(outgoing, response)));
      outgoing.end();
    });
  }

  /** The next event called `name`; rejects when the stream ends before. */
  async next(name: string): Promise<ServerEvent> {
    for (;;) {
      const event = await this.any();
      if (event.name === name) return event;
    }
  }

  /** The next event; rejects when the stream ends before. */
  async any(): Promise<ServerEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#isEnded) throw new Error('the stream ended before the next event');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Events that arrived and were not asked for yet. */
  get unread(): number {
    return this.#events.length;
  }

  close(): void {
    this.#request.destroy();
  }

  #take(chunk: string): void {
    const blocks = (this.#text + chunk).split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== null) this.#events.push(event);
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function parseEvent(block: string): ServerEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value);
  }
  const data = fields.get('data');
  if (data === undefined) return null;
  const name = fields.get('event') ?? 'message';
  return { id: fields.get('id') ?? null, name, data: JSON.parse(data) as unknown };
}
