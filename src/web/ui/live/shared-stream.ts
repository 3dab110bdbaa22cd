/**
 * One event stream for all tabs of an origin, of which a browser allows six connections in all. Only
 * tabs that somebody sees count; the stream stays open for a moment after the last, and one that
 * comes later gets the newest topics at once.
 */
import { EventStream } from './event-stream.ts';
import type { StreamState } from './topics.ts';

/** A tab says "watch" when it is seen and again each `PING_MS`, "leave" when it is hidden. */
export type TabWord = 'watch' | 'leave';
/** What a tab is told: topics that changed, and how the stream fares. */
export interface StreamWord {
  readonly topics?: Readonly<Record<string, unknown>>;
  readonly state: StreamState;
}

export const PING_MS = 5000;
/** A tab that says nothing for this long has died; so has a worker that does not answer. */
export const DEAD_MS = 15_000;
/** The stream outlives its last tab by this: a reload or a change of tabs opens none anew. */
export const GRACE_MS = 3000;

/** The part of a port that is needed here. */
export interface TabPort {
  postMessage(word: StreamWord): void;
}

/** The stream with those who see it. */
export class SharedStream {
  readonly #stream = new EventStream({
    onTopics: (topics) => {
      this.#newest = { ...this.#newest, ...topics };
      this.#tell({ topics, state: this.#stream.state });
    },
    onState: (state) => this.#tell({ state }),
  });
  /** When each was last heard. */
  readonly #tabs = new Map<TabPort, number>();
  #newest: Readonly<Record<string, unknown>> = {};
  #closing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    setInterval(() => this.#dropDead(), PING_MS);
  }

  hear(port: TabPort, word: TabWord): void {
    if (word === 'leave') return this.#drop(port);
    const isNew = !this.#tabs.has(port);
    this.#tabs.set(port, Date.now());
    clearTimeout(this.#closing);
    this.#stream.open();
    const { state } = this.#stream;
    port.postMessage(isNew ? { topics: this.#newest, state } : { state });
  }

  #dropDead(): void {
    for (const [port, heardAt] of this.#tabs) {
      if (Date.now() - heardAt > DEAD_MS) this.#drop(port);
    }
  }

  #drop(port: TabPort): void {
    if (!this.#tabs.delete(port) || this.#tabs.size > 0) return;
    this.#closing = setTimeout(() => this.#stream.close(), GRACE_MS);
  }

  #tell(word: StreamWord): void {
    for (const port of this.#tabs.keys()) port.postMessage(word);
  }
}
