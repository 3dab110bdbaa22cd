/**
 * One open event stream of this origin, kept open: it is opened anew after an end, and one that
 * only went silent is not believed. It asks for what came after the last event that it had. It
 * needs no page, so that it can live in a worker.
 */
import type { StreamState } from './topics.ts';

/** Milliseconds without a word (event or beat) after which a stream is not believed any more. */
export const SILENCE_MS = 40_000;
/** EventSource gives up after an HTTP error; then it is opened anew after this long. */
export const REOPEN_MS = 3000;
/** By the wall clock, which goes on while the machine sleeps, as timers do not. */
const TICK_MS = 1000;
const LIVE: StreamState = { name: 'live' };
const CONNECTING: StreamState = { name: 'connecting' };

/** What a stream tells whoever keeps it. */
export interface StreamEvents {
  /** Topics that changed, by name, each whole. */
  readonly onTopics: (news: Readonly<Record<string, unknown>>) => void;
  readonly onState: (state: StreamState) => void;
}

/** A stream that is wanted or not; it tells what it hears, and how it fares. */
export class EventStream {
  readonly #events: StreamEvents;
  #source: EventSource | null = null;
  #ticks: ReturnType<typeof setInterval> | undefined;
  #state: StreamState = CONNECTING;
  #lastId = '';
  #heardAt: number | null = null;
  /** Since when the present source had time to say something. */
  #waitsSince = 0;
  #reopenAt = Infinity;

  constructor(events: StreamEvents) {
    this.#events = events;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Opens it now, unless it is open. */
  open(): void {
    if (this.#source !== null) return;
    this.#become(CONNECTING);
    this.#connect();
    this.#ticks = setInterval(() => this.#look(), TICK_MS);
  }

  close(): void {
    clearInterval(this.#ticks);
    this.#source?.close();
    this.#source = null;
    this.#reopenAt = Infinity;
  }

  #connect(): void {
    this.#source?.close();
    this.#reopenAt = Infinity;
    this.#waitsSince = Date.now();
    const last = this.#lastId === '' ? '' : `?last=${encodeURIComponent(this.#lastId)}`;
    const source = new EventSource(`/api/events${last}`);
    this.#source = source;
    source.addEventListener('topics', (event: Event) => {
      const { data, lastEventId }: { data: unknown; lastEventId: string } = event as MessageEvent;
      this.#lastId = lastEventId;
      this.#events.onTopics(JSON.parse(String(data)) as Record<string, unknown>);
      this.#heard();
    });
    source.addEventListener('beat', () => this.#heard());
    source.addEventListener('error', () => {
      if (this.#source !== source) return;
      this.#lose();
      if (source.readyState === source.CLOSED) this.#reopenAt = Date.now() + REOPEN_MS;
      // A browser that tries again by itself gets as long as it takes to notice silence.
      else this.#waitsSince = Date.now();
    });
  }

  #heard(): void {
    this.#heardAt = this.#waitsSince = Date.now();
    this.#become(LIVE);
  }

  #lose(): void {
    if (this.#state.name !== 'lost') this.#become({ name: 'lost', heardAt: this.#heardAt });
  }

  #look(): void {
    if (Date.now() >= this.#reopenAt) return this.#connect();
    if (this.#reopenAt < Infinity || Date.now() - this.#waitsSince <= SILENCE_MS) return;
    this.#lose();
    this.#connect();
  }

  #become(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#events.onState(state);
  }
}
