/**
 * The fault plan: which moments go wrong. Every moment at which something may fail has a name
 * (`lost_answer:17`); whether it does is drawn from the seed and that name alone. A replay may
 * allow only some names: that is how a failure shrinks.
 */
import { Dice, hash } from './random.ts';

/** How often each kind of fault happens at its moments, at the usual roughness. */
export const FAULT_RATES = {
  /** A request never reaches the venue and is answered by a timeout. */
  lost_request: 0.02,
  /** The venue did it, and the answer never comes. */
  lost_answer: 0.03,
  /** The client gives up first; the venue does it afterwards. */
  late_execution: 0.01,
  /** A server error before, and after, the venue did it. */
  server_error_before: 0.01,
  server_error_after: 0.01,
  /** The request arrives twice; the second answer is the one that is told. */
  doubled_request: 0.01,
  rate_limited: 0.01,
  /** An answer that takes seconds. */
  slow_answer: 0.03,
  /** A look-up by client id finds nothing although there is something. */
  null_lookup: 0.1,
  /** An order, or a trade, appears in listings late. */
  late_listing_order: 0.08,
  late_listing_trade: 0.08,
  /** A listing shows an ended order as open for a while. */
  stale_listing: 0.05,
  /** The position as it was a moment ago. */
  stale_position: 0.1,
  dropped_event: 0.06,
  doubled_event: 0.05,
  late_event: 0.06,
  /** The market moves in the middle of somebody's order. */
  part_fill: 0.25,
  /** A market order finds only a part of its size. */
  thin_market: 0.1,
  /** kill -9, at a commit of the books (before and after) and around a request. */
  kill_before_commit: 0.002,
  kill_after_commit: 0.002,
  kill_before_send: 0.002,
  kill_after_execution: 0.002,
  kill_before_answer: 0.002,
  /** The disk takes long over one commit; the process stands still. */
  slow_disk: 0.004,
} as const;

export type FaultName = keyof typeof FAULT_RATES;

/** Faults by which a question stays without an answer. */
export const SILENT = [
  ...(['lost_request', 'lost_answer', 'late_execution', 'rate_limited'] as const),
  ...(['server_error_before', 'server_error_after'] as const),
];

/** How likely a question stays without an answer. */
export function silenceOf(roughness: Partial<Record<FaultName, number>>): number {
  return SILENT.reduce((sum, name) => {
    return sum + FAULT_RATES[name] * (roughness[name] ?? 1);
  }, 0);
}

/** Draws faults, counts their moments, and remembers those that happened. */
export class FaultPlan {
  readonly #seed: number;
  readonly #roughness: Partial<Record<FaultName, number>>;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #counts = new Map<FaultName, number>();
  readonly happened: string[] = [];
  /** While false nothing goes wrong. */
  on = true;

  /** `roughness` multiplies a kind's rate (default 1); `allowed` null: whatever is drawn. */
  constructor(
    seed: number,
    roughness: Partial<Record<FaultName, number>>,
    allowed: ReadonlySet<string> | null = null,
  ) {
    this.#seed = seed;
    this.#roughness = roughness;
    this.#allowed = allowed;
  }

  /** Dice for the details when the fault happens at this moment, else null. */
  strikes(name: FaultName): Dice | null {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    if (!this.on) return null;
    const dice = new Dice(hash(this.#seed, name, count));
    const rate = FAULT_RATES[name] * (this.#roughness[name] ?? 1);
    if (!dice.chance(rate)) return null;
    const key = `${name}:${count}`;
    if (this.#allowed !== null && !this.#allowed.has(key)) return null;
    this.happened.push(key);
    return dice;
  }
}
