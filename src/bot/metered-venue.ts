/**
 * A venue whose every request is counted against the bot's budget. A question beyond it is not
 * asked but answered by a `VenueFault`; who submits or cancels asks the budget first. What the
 * venue says about waiting is obeyed from then on.
 */
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import type { CancelOutcome, Limited, SubmitOutcome, Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { RateBudget } from './rate-budget.ts';

/** Longest silence after an answer that speaks of no limit. */
const OTHER_MOST_MS = 15_000;
/** The longest that a venue is obeyed: what it says beyond is no waiting time. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** Waiting after a refusal that will pass and names no time. */
const USUAL_WAITS_MS: Readonly<Record<string, number>> = {
  rate_limited: 5000,
  maintenance: 15_000,
  wrong_time: 1000,
};

/** Told after every answer: whether it was one or a fault, and how long it took, ms. */
type Answered = (well: boolean, tookMs: number) => void;

/** Counts requests and obeys what the venue says about waiting. */
class Meter {
  readonly #venue: Venue;
  readonly #budget: RateBudget;
  readonly #clock: Clock;
  readonly #answered: Answered;

  constructor(venue: Venue, budget: RateBudget, clock: Clock, answered: Answered) {
    this.#venue = venue;
    this.#budget = budget;
    this.#clock = clock;
    this.#answered = answered;
  }

  ask<T>(question: () => Promise<T>): Promise<T> {
    return this.#ask(question, this.#budget.wait('question', this.#clock.monotonic()));
  }

  /** As `ask`, but counted like a cancel: only the silence that the venue wants holds it back. */
  wind(request: () => Promise<void>): Promise<void> {
    return this.#ask(request, this.#budget.silence(this.#clock.monotonic()));
  }

  async #ask<T>(question: () => Promise<T>, wait: number): Promise<T> {
    if (wait > 0) throw new BudgetHeld(wait);
    const asked = this.#clock.monotonic();
    this.#budget.take(asked);
    const took = () => this.#clock.monotonic() - asked;
    try {
      const answer = await question().finally(() => this.#count());
      this.#answered(true, took());
      return answer;
    } catch (error) {
      // The venue's own client counts by weight: it may hold back what we would have asked.
      if (error instanceof BudgetHeld) {
        this.#budget.ranShort();
        throw error;
      }
      this.#answered(false, took());
      if (!(error instanceof VenueFault)) throw error;
      const sane = waitOf(error.retry_after_ms);
      this.#obey(error.kind, sane, 'all');
      throw new VenueFault(error.kind, error.message, sane, error.because);
    }
  }

  place(request: () => Promise<readonly SubmitOutcome[]>): Promise<readonly SubmitOutcome[]> {
    // Cancels go before places: what places may not do yet, a cancel may.
    return this.#tell(request, 'places');
  }

  cancel(request: () => Promise<readonly CancelOutcome[]>): Promise<readonly CancelOutcome[]> {
    return this.#tell(request, 'all');
  }

  grant(share: number, of?: Limited): void {
    if (of !== 'orders') this.#budget.grant(share, this.#clock.monotonic());
    this.#venue.grant(share, of);
  }

  async #tell<T extends SubmitOutcome | CancelOutcome>(
    request: () => Promise<readonly T[]>,
    limited: 'places' | 'all',
  ): Promise<readonly T[]> {
    const asked = this.#clock.monotonic();
    this.#budget.take(asked);
    const outcomes = await request().catch((error: unknown) => {
      // By the port an outcome is a value: whoever throws one has a bug, whatever its name.
      throw error instanceof VenueFault ? new Error(`thrown: ${error.message}`) : error;
    });
    this.#count();
    for (const said of outcomes) {
      if (said.status !== 'rejected') continue;
      const what = said.reason === 'rate_limited' ? limited : 'all';
      this.#obey(said.reason, waitOf(said.retry_after_ms), what);
    }
    const well = outcomes.some(({ status }) => status !== 'unknown');
    this.#answered(well, this.#clock.monotonic() - asked);
    return outcomes;
  }

  #obey(reason: string, waitMs: number | null, what: 'places' | 'all'): void {
    const usual = waitMs ?? USUAL_WAITS_MS[reason] ?? 0;
    // Only a limit silences everything for as long as it says: what one route or a guard before it
    // asks for must not hold a panic up.
    const wait = reason === 'rate_limited' ? usual : Math.min(usual, OTHER_MOST_MS);
    if (wait > 0) this.#budget.hold(wait, this.#clock.monotonic(), what);
  }

  /** One call may be many requests: whoever counts those has the last word. */
  #count(): void {
    const usage = this.#venue.usage();
    if (usage !== null) this.#budget.counted(usage, this.#clock.monotonic());
  }
}

/**
 * A `grant` bounds the budget too.
 */
export function meteredVenue(
  venue: Venue,
  budget: RateBudget,
  clock: Clock,
  answered: Answered,
): Venue {
  const meter = new Meter(venue, budget, clock, answered);
  const ask = <T>(question: () => Promise<T>): Promise<T> => meter.ask(question);
  return {
    name: venue.name,
    capabilities: venue.capabilities,
    connect: (listener) => venue.connect(listener),
    market: () => ask(() => venue.market()),
    price: () => ask(() => venue.price()),
    submit: async (order) => first(await meter.place(async () => [await venue.submit(order)])),
    submitBatch: (orders) => meter.place(() => venue.submitBatch(orders)),
    cancel: async (id) => first(await meter.cancel(async () => [await venue.cancel(id)])),
    cancelBatch: (clientIds) => meter.cancel(() => venue.cancelBatch(clientIds)),
    orderByClientId: (clientId) => ask(() => venue.orderByClientId(clientId)),
    openOrders: () => ask(() => venue.openOrders()),
    orderHistory: (sinceMs) => ask(() => venue.orderHistory(sinceMs)),
    fillsSince: (sinceMs) => ask(() => venue.fillsSince(sinceMs)),
    fundingSince: (sinceMs) => ask(() => venue.fundingSince(sinceMs)),
    position: () => ask(() => venue.position()),
    balance: () => ask(() => venue.balance()),
    account: () => ask(() => venue.account()),
    setLeverage: (leverage) => ask(() => venue.setLeverage(leverage)),
    serverTime: () => ask(() => venue.serverTime()),
    submitTrigger: async (trigger) =>
      first(await meter.place(async () => [await venue.submitTrigger(trigger)])),
    windDeadMan: (timeoutMs) => meter.wind(() => venue.windDeadMan(timeoutMs)),
    usage: (of) => venue.usage(of),
    grant: (share, of) => meter.grant(share, of),
    close: () => venue.close(),
  };
}

function waitOf(ms: number | null | undefined): number | null {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return null;
  return Math.min(LONGEST_WAIT_MS, Math.max(0, Math.ceil(ms)));
}

function first<T>(outcomes: readonly T[]): T {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('one request has one outcome');
  return outcome;
}
