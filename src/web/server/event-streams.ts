/**
 * Server-sent events. Every event is a whole snapshot, so a page that missed some has lost nothing,
 * and a slow one is given the newest only. Changes are gathered for a moment and serialised once
 * for all streams; with no stream open nothing is computed. A bot never fails because of a page:
 * a snapshot that cannot be made ends the streams, not the process.
 */
import type { ServerResponse } from 'node:http';
import { GriddError, errorBody } from '../../contract/errors.ts';
import type { Cancel, Clock } from '../../platform/clock.ts';

/** Limits of the streams of one server. */
export interface StreamLimits {
  readonly maxStreams: number;
  /** Least time between two snapshots. */
  readonly gapMs: number;
  readonly heartbeatMs: number;
  /** A stream that takes nothing for this long is dropped. */
  readonly stallMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  maxStreams: 100,
  gapMs: 200,
  heartbeatMs: 15_000,
  stallMs: 20_000,
};

/** Where snapshots come from: `read` makes one, `subscribe` tells of changes. */
export interface SnapshotSource {
  read(): unknown;
  subscribe(listener: () => void): () => void;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  connection: 'keep-alive',
  // A proxy that gathers the answer would hold every event back.
  'x-accel-buffering': 'no',
};
const RETRY_MS = 1000;
// A comment for proxies, and an event because a page cannot see comments: it must be able to tell a
// quiet grid from a bot that hangs.
const BEAT = ': beat\nevent: beat\ndata: {}\n\n';

interface Stream {
  readonly response: ServerResponse;
  /** When its buffer was first found full; null while it keeps up. */
  stalledAt: number | null;
  /** It was full when the last snapshot was sent. */
  behind: boolean;
}

/** The open streams of one server. */
export class EventStreams {
  readonly #source: SnapshotSource;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  readonly #log: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  #unsubscribe: (() => void) | null = null;
  #stopHeartbeat: Cancel | null = null;
  #pending: Cancel | null = null;
  #lastSentAt = -Infinity;
  #id = 0;
  #frame = '';
  #closed = false;

  constructor(
    source: SnapshotSource,
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
   * Answers with a stream that begins with a snapshot. Throws before anything was answered:
   * TOO_MANY_STREAMS when the limit is reached, or what the source throws.
   */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    if (this.#streams.size >= this.#limits.maxStreams || this.#closed) {
      throw new GriddError(
        'TOO_MANY_STREAMS',
        `${this.#streams.size} pages watch this instance already, as many as it serves.`,
      );
    }
    const frame = this.#makeFrame();
    const stream: Stream = { response, stalledAt: null, behind: false };
    response.on('drain', () => this.#onDrain(stream));
    response.on('close', () => this.#remove(stream));
    response.on('error', () => this.#remove(stream));
    response.writeHead(200, { ...headers, ...HEADERS });
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#startWatching();
    this.#write(stream, `retry: ${RETRY_MS}\n${frame}`);
  }

  /** Ends all streams and takes no more. */
  close(): void {
    this.#closed = true;
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
      this.#frame = this.#makeFrame();
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const stream of [...this.#streams]) {
      if (this.#isStalled(stream)) continue;
      if (stream.stalledAt !== null) stream.behind = true;
      else this.#write(stream, this.#frame);
    }
  }

  #makeFrame(): string {
    this.#id += 1;
    return `id: ${this.#id}\nevent: snapshot\ndata: ${JSON.stringify(this.#source.read())}\n\n`;
  }

  #beat(): void {
    for (const stream of [...this.#streams]) {
      if (!this.#isStalled(stream) && stream.stalledAt === null) this.#write(stream, BEAT);
    }
  }

  #write(stream: Stream, text: string): void {
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
    if (!stream.behind || !this.#streams.has(stream)) return;
    stream.behind = false;
    this.#write(stream, this.#frame);
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
