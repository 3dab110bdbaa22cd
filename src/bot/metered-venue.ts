/**
 * A venue whose every request is counted against the bot's budget. A question beyond it is not
 * asked but answered by a `VenueFault`; who submits or cancels asks the budget first. What the
 * venue says about waiting is obeyed from then on.
 */
import { VenueFault } from '../exchange/port.ts';
import type { CancelOutcome, SubmitOutcome, Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { RateBudget } from './rate-budget.ts';

/** A question that our own budget held back: it was not asked, and says nothing of the venue. */
export class BudgetHeld extends VenueFault {
  constructor(waitMs: number) {
    super('rate_limited', 'no more requests may be sent now', waitMs, 'rate');
  }
}

/** The longest that a venue is obeyed: what it says beyond is no waiting time. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** Waiting after a refusal for the rate or for maintenance that names no time. */
const USUAL_WAITS_MS: Readonly<Record<string, number>> = {
  rate_limited: 5000,
  maintenance: 15_000,
};

/**
 * A `grant` bounds the budget too. `answered`: told after every answer, and whether it was one
 * (`well`) or a fault.
 */
export function meteredVenue(
  venue: Venue,
  budget: RateBudget,
  clock: Clock,
  answered: (well: boolean) => void,
): Venue {
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    const wait = budget.wait('question', clock.monotonic());
    if (wait > 0) throw new BudgetHeld(wait);
    budget.take(clock.monotonic());
    try {
      const answer = await question();
      answered(true);
      return answer;
    } catch (error) {
      answered(false);
      if (!(error instanceof VenueFault)) throw error;
      const sane = waitOf(error.retry_after_ms);
      obey(error.kind, sane);
      throw new VenueFault(error.kind, error.message, sane, error.because);
    }
  }

  async function tell<T extends SubmitOutcome | CancelOutcome>(
    request: () => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    budget.take(clock.monotonic());
    const outcomes = await request().catch((error: unknown) => {
      // By the port an outcome is a value: whoever throws one has a bug, whatever its name.
      throw error instanceof VenueFault ? new Error(`thrown: ${error.message}`) : error;
    });
    for (const said of outcomes) {
      if (said.status === 'rejected') obey(said.reason, waitOf(said.retry_after_ms));
    }
    answered(outcomes.some(({ status }) => status !== 'unknown'));
    return outcomes;
  }

  function obey(reason: string, retryAfterMs: number | null): void {
    const wait = retryAfterMs ?? USUAL_WAITS_MS[reason] ?? 0;
    if (wait > 0) budget.hold(wait, clock.monotonic());
  }

  return {
    name: venue.name,
    capabilities: venue.capabilities,
    market: () => ask(() => venue.market()),
    price: () => ask(() => venue.price()),
    connect: (listener) => venue.connect(listener),
    submit: async (order) => first(await tell(async () => [await venue.submit(order)])),
    submitBatch: (orders) => tell(() => venue.submitBatch(orders)),
    cancel: async (clientId) => first(await tell(async () => [await venue.cancel(clientId)])),
    cancelBatch: (clientIds) => tell(() => venue.cancelBatch(clientIds)),
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
      first(await tell(async () => [await venue.submitTrigger(trigger)])),
    windDeadMan: (timeoutMs) => ask(() => venue.windDeadMan(timeoutMs)),
    usage: () => venue.usage(),
    grant: (share) => {
      budget.grant(share, clock.monotonic());
      venue.grant(share);
    },
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
