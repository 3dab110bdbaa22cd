/**
 * Faults of a loopback venue's answers and events, set by hand or by a script: each waits for what
 * it matches and happens to it a number of times. Draws are seeded.
 */
import { hash32 } from '../matching/seeded-hash.ts';

/**
 * Of requests. `*_before`: nothing was done; `*_after`: it was done, only the answer is lost or
 * wrong. `late_answer`: done at once, answered late; `double`: the request arrives twice, and the
 * second answer is told. `html`: a page of some guard instead of an answer; `garbage`: no JSON;
 * `truncate`: the answer ends early.
 */
export const FAULT_KINDS = [
  'latency',
  'drop_before',
  'drop_after',
  'error_before',
  'error_after',
  'late_answer',
  'double',
  'rate_limit',
  'html',
  'garbage',
  'truncate',
] as const;

/**
 * Of events in streams: lost, told again or late; what is late comes after what happened after it.
 */
export const STREAM_FAULT_KINDS = ['drop_event', 'double_event', 'late_event'] as const;
type StreamFaultName = (typeof STREAM_FAULT_KINDS)[number];

export type FaultName = (typeof FAULT_KINDS)[number] | StreamFaultName;

/** A fault and what it waits for. */
export interface Fault {
  readonly kind: FaultName;
  /** Of the request; null: any. */
  readonly method: string | null;
  /** Beginning of the path; null: any. */
  readonly path: string | null;
  /** How often it happens; null: until it is taken away. */
  readonly times: number | null;
  /** Matching requests that pass before it begins. */
  readonly skip: number;
  /** Share of the matching requests to which it happens, a fraction. */
  readonly share: number;
  /** Latency, or by how much an answer or an event is late. */
  readonly ms: number;
  /** HTTP status of an error. */
  readonly status: number;
  /** Seconds that a rate limit asks for. */
  readonly retry_after_s: number;
}

/** Everything but the kind, where nothing else is said. */
export const FAULT_DEFAULTS: Omit<Fault, 'kind'> = {
  method: null,
  path: null,
  times: 1,
  skip: 0,
  share: 1,
  ms: 0,
  status: 503,
  retry_after_s: 1,
};

/** What happens to one request. */
export interface RequestFaults {
  /** Milliseconds before the request is looked at. */
  readonly wait_ms: number;
  /** Null: it is answered. */
  readonly fault: Fault | null;
}

/** What happens to one event: after how many ms it is told; empty: never. */
export type EventFaults = readonly number[];

interface Armed {
  readonly fault: Fault;
  left: number;
  skip: number;
}

export class FaultBoard {
  readonly #seed: number;
  readonly #happened = new Map<FaultName, number>();
  #armed: Armed[] = [];
  #draws = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Infinity, skip: fault.skip });
  }

  /** Takes all faults away. */
  clear(): void {
    this.#armed = [];
  }

  /** Faults that still wait. */
  get waiting(): readonly Fault[] {
    return this.#armed.map(({ fault }) => fault);
  }

  /** How often each kind has happened. */
  get happened(): ReadonlyMap<FaultName, number> {
    return this.#happened;
  }

  /** What happens to a request: all latencies, and the first other fault. */
  take(method: string, path: string): RequestFaults {
    let wait_ms = 0;
    let first: Fault | null = null;
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (isOfStreams(fault.kind)) continue;
      if (fault.kind !== 'latency' && first !== null) continue;
      if (!this.#happens(armed, { method, path })) continue;
      if (fault.kind !== 'late_answer') wait_ms += fault.ms;
      if (fault.kind !== 'latency') first = fault;
    }
    this.#tidy();
    return { wait_ms, fault: first };
  }

  /** What happens to an event: the first fault that does. */
  takeEvent(): EventFaults {
    const armed = this.#armed.find((each) => {
      return isOfStreams(each.fault.kind) && this.#happens(each, null);
    });
    this.#tidy();
    if (armed === undefined) return [0];
    const { kind, ms } = armed.fault;
    if (kind === 'drop_event') return [];
    return kind === 'late_event' ? [ms] : [0, ms];
  }

  #tidy(): void {
    if (!this.#armed.some(({ left }) => left <= 0)) return;
    this.#armed = this.#armed.filter(({ left }) => left > 0);
  }

  /** `request` null: it is an event. */
  #happens(armed: Armed, request: { method: string; path: string } | null): boolean {
    const { fault } = armed;
    if (request !== null && !matches(fault, request)) return false;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return false;
    }
    this.#draws += 1;
    const draw = hash32(this.#seed, this.#draws, 41) / 2 ** 32;
    if (draw >= fault.share) return false;
    armed.left -= 1;
    this.#happened.set(fault.kind, (this.#happened.get(fault.kind) ?? 0) + 1);
    return true;
  }
}

function matches(fault: Fault, { method, path }: { method: string; path: string }): boolean {
  if (fault.method !== null && fault.method !== method) return false;
  return fault.path === null || path.startsWith(fault.path);
}

function isOfStreams(kind: FaultName): kind is StreamFaultName {
  return (STREAM_FAULT_KINDS as readonly string[]).includes(kind);
}
