/**
 * Server-sent events by topic. An event holds the topics that changed, each whole, so that a
 * page which missed some has lost nothing, one that comes back gets what changed meanwhile, and
 * a slow one only the newest. Changes are gathered for a moment and serialised once for all
 * streams; with no stream open nothing is computed. A process never fails because of a page:
 * topics that cannot be read end the streams, not the process.
 */
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { GriddError, errorBody } from '../../contract/errors.ts';
import { EventsQuery } from '../../contract/page-schema.ts';
import type { Cancel, Clock } from '../../platform/clock.ts';
import { securityHeaders } from './http-guard.ts';
import { TopicRecord } from './topic-record.ts';

/** Limits of the streams of one server. */
export interface StreamLimits {
  readonly maxStreams: number;
  /** Least time between two events; the first change after a quiet time is told at once. */
  readonly gapMs: number;
  readonly heartbeatMs: number;
  /** A stream that takes nothing for this long is dropped. */
  readonly stallMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  maxStreams: 100,
  gapMs: 100,
  heartbeatMs: 15_000,
  stallMs: 20_000,
};

/**
 * Where topics come from: `read` gives the present values by name, the same object again for one
 * that is known to be unchanged; `subscribe` tells of changes.
 */
export interface TopicSource {
  read(): Readonly<Record<string, unknown>>;
  subscribe(listener: () => void): () => void;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  connection: 'keep-alive',
  // A proxy that gathers the answer would hold every event back.
  'x-accel-buffering': 'no',
};
const RETRY_MS = 1000;
/** Streams that are told in one go. */
const AT_A_TIME = 20;
// A comment for proxies, and an event because a page cannot see comments: it must be able to tell a
// quiet grid from a bot that hangs.
const BEAT = ': beat\nevent: beat\ndata: {}\n\n';

interface Stream {
  readonly response: ServerResponse;
  /** What it was told: the state as of this moment of the record. */
  seq: number;
  /** When its buffer was first found full; null while it keeps up. */
  stalledAt: number | null;
}

/**
 * GET /api/events. A browser that comes back by itself says in a header which event it had last; a
 * page that opens a stream anew says it as `?last=`.
 */
export function addEventRoute(app: FastifyInstance, streams: EventStreams): void {
  app.get<{ Querystring: { last?: string } }>(
    '/api/events',
    { exposeHeadRoute: false, schema: { querystring: EventsQuery } },
    ({ headers, query }, reply) => {
      const last = headers['last-event-id'] ?? query.last ?? null;
      streams.open(reply.raw, securityHeaders(), Array.isArray(last) ? null : last);
      reply.hijack();
    },
  );
}

/** The open streams of one server. */
export class EventStreams {
  readonly #source: TopicSource;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  readonly #log: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  readonly #record = new TopicRecord(randomUUID());
  #unsubscribe: (() => void) | null = null;
  #stopHeartbeat: Cancel | null = null;
  #pending: Cancel | null = null;
  #lastSentAt = -Infinity;
  #closed = false;

  constructor(
    source: TopicSource,
    clock: Clock,
    limits: StreamLimits,
    log: (error: unknown) => void,
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#limits = limits;
    this.#log = log;
  }

  get count(): number {
    return this.#streams.size;
  }

  /**
   * Answers with a stream that begins with what changed since the event `lastId`, or with all
   * topics when that is none of ours. Throws before anything was answered: TOO_MANY_STREAMS when
   * the limit is reached, or what the source throws.
   */
  open(
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    lastId: string | null,
  ): void {
    if (this.#streams.size >= this.#limits.maxStreams || this.#closed) {
      throw new GriddError(
        'TOO_MANY_STREAMS',
        `${this.#streams.size} pages watch this server already, as many as it serves.`,
      );
    }
    // With others open and no change told, the record is as new as what they show.
    if (this.#streams.size === 0 || this.#pending !== null) this.#record.take(this.#source.read());
    const stream: Stream = { response, seq: this.#record.seqOf(lastId), stalledAt: null };
    response.on('drain', () => this.#onDrain(stream));
    response.on('close', () => this.#remove(stream));
    response.on('error', () => this.#remove(stream));
    response.writeHead(200, { ...headers, ...HEADERS });
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#startWatching();
    const news = this.#record.frameSince(stream.seq) ?? BEAT;
    this.#tell(stream, `retry: ${RETRY_MS}\n${news}`);
  }

  /** Ends all streams and takes no more; what changed last is told before. */
  close(): void {
    this.#closed = true;
    if (this.#pending !== null) {
      this.#pending();
      this.#sendAll();
    }
    for (const stream of [...this.#streams]) {
      this.#remove(stream);
      stream.response.end();
    }
  }

  #startWatching(): void {
    this.#unsubscribe = this.#source.subscribe(() => this.#onChange());
    this.#stopHeartbeat = this.#clock.every(this.#limits.heartbeatMs, () => this.#beat());
  }

  #stopWatching(): void {
    this.#unsubscribe?.();
    this.#stopHeartbeat?.();
    this.#pending?.();
    this.#unsubscribe = this.#stopHeartbeat = this.#pending = null;
  }

  /** Never sends at once: the caller is in the middle of a turn of its own. */
  #onChange(): void {
    if (this.#pending !== null) return;
    const wait = Math.max(0, this.#lastSentAt + this.#limits.gapMs - this.#clock.monotonic());
    this.#pending = this.#clock.after(wait, () => this.#sendAll(), 'idle');
  }

  #sendAll(): void {
    this.#pending = null;
    this.#lastSentAt = this.#clock.monotonic();
    try {
      this.#record.take(this.#source.read());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#tellSome([...this.#streams]);
  }

  /** Some at a time: what else the process has to do does not wait for all of them. */
  #tellSome(streams: readonly Stream[]): void {
    // Nearly all streams were told the same; the bytes they get are made once.
    const frames = new Map<number, Buffer | null>();
    for (const stream of streams.slice(0, AT_A_TIME)) {
      if (!this.#streams.has(stream)) continue;
      if (this.#isStalled(stream) || stream.stalledAt !== null) continue;
      let frame = frames.get(stream.seq);
      if (frame === undefined) {
        const text = this.#record.frameSince(stream.seq);
        frame = text === null ? null : Buffer.from(text);
        frames.set(stream.seq, frame);
      }
      if (frame !== null) this.#tell(stream, frame);
    }
    const left = streams.slice(AT_A_TIME);
    if (left.length > 0) this.#clock.after(0, () => this.#tellSome(left), 'idle');
  }

  #beat(): void {
    for (const stream of [...this.#streams]) {
      if (!this.#isStalled(stream) && stream.stalledAt === null) this.#write(stream, BEAT);
    }
  }

  /** Sends an event that makes `stream` know all there is. */
  #tell(stream: Stream, event: string | Buffer): void {
    stream.seq = this.#record.seq;
    this.#write(stream, event);
  }

  #write(stream: Stream, text: string | Buffer): void {
    if (!stream.response.write(text)) stream.stalledAt = this.#clock.monotonic();
  }

  /** Drops a stream that took nothing for too long; true when it did. */
  #isStalled(stream: Stream): boolean {
    const { stalledAt } = stream;
    if (stalledAt === null) return false;
    if (this.#clock.monotonic() - stalledAt < this.#limits.stallMs) return false;
    this.#remove(stream);
    stream.response.destroy();
    return true;
  }

  #onDrain(stream: Stream): void {
    stream.stalledAt = null;
    if (!this.#streams.has(stream)) return;
    const missed = this.#record.frameSince(stream.seq);
    if (missed !== null) this.#tell(stream, missed);
  }

  #fail(error: unknown): void {
    this.#log(error);
    const frame = `event: problem\ndata: ${JSON.stringify(errorBody(error))}\n\n`;
    for (const stream of [...this.#streams]) {
      this.#remove(stream);
      stream.response.end(frame);
    }
  }

  #remove(stream: Stream): void {
    if (this.#streams.delete(stream) && this.#streams.size === 0) this.#stopWatching();
  }
}
