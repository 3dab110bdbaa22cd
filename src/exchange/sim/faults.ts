/**
 * Faults of a loopback venue's answers, set by hand or by a script: each waits for requests that it
 * matches and happens to them a number of times. Draws are seeded.
 */
import { hash32 } from '../matching/seeded-hash.ts';

/**
 * `*_before`: nothing was done; `*_after`: it was done, only the answer is lost or wrong. `html`: a
 * page of some guard instead of an answer; `garbage`: no JSON; `truncate`: the answer ends early.
 */
export const FAULT_KINDS = [
  'latency',
  'drop_before',
  'drop_after',
  'error_before',
  'error_after',
  'rate_limit',
  'html',
  'garbage',
  'truncate',
] as const;
export type FaultName = (typeof FAULT_KINDS)[number];

/** A fault and what it waits for. */
export interface Fault {
  readonly kind: FaultName;
  /** Null: any. */
  readonly method: string | null;
  /** Beginning of the path; null: any. */
  readonly path: string | null;
  /** How often it happens; null: until it is taken away. */
  readonly times: number | null;
  /** Matching requests that pass before it begins. */
  readonly skip: number;
  /** Share of the matching requests to which it happens, a fraction. */
  readonly share: number;
  /** Latency, or how long an error waits. */
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

interface Armed {
  readonly fault: Fault;
  left: number;
  skip: number;
}

export class FaultBoard {
  readonly #seed: number;
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

  /** What happens to a request: all latencies, and the first other fault. */
  take(method: string, path: string): RequestFaults {
    let wait_ms = 0;
    let first: Fault | null = null;
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.kind !== 'latency' && first !== null) continue;
      if (!this.#happens(armed, method, path)) continue;
      wait_ms += fault.ms;
      if (fault.kind !== 'latency') first = fault;
    }
    this.#armed = this.#armed.filter(({ left }) => left > 0);
    return { wait_ms, fault: first };
  }

  #happens(armed: Armed, method: string, path: string): boolean {
    const { fault } = armed;
    if (fault.method !== null && fault.method !== method) return false;
    if (fault.path !== null && !path.startsWith(fault.path)) return false;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return false;
    }
    this.#draws += 1;
    const draw = hash32(this.#seed, this.#draws, 41) / 2 ** 32;
    if (draw >= fault.share) return false;
    armed.left -= 1;
    return true;
  }
}
