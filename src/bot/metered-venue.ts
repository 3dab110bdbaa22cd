/**
 * A venue whose every request is counted against the bot's budget. A question beyond it is not
 * asked but answered by a `VenueFault`; who submits or cancels asks the budget first. What the
 * venue says about waiting is obeyed from then on.
 */
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import type { CancelOutcome, SubmitOutcome, Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { RateBudget } from './rate-budget.ts';

/** The longest that a venue is obeyed: what it says beyond is no waiting time. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/** Waiting after a refusal for the rate or for maintenance that names no time. */
const RATE_WAIT_MS = 5000;
const MAINTENANCE_WAIT_MS = 15_000;

/** `answered`: told after every answer, and whether it was one (`well`) or a fault. */
export function meteredVenue(
  venue: Venue,
  budget: RateBudget,
  clock: Clock,
  answered: (well: boolean) => void,
): Venue {
  const obey = (reason: string, waitMs: number | null): void => {
    const wait = waitMs ?? usualWaitMs(reason);
    if (wait > 0) budget.hold(wait, clock.monotonic());
  };
  const count = () => followCount(venue, budget, clock);

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    const wait = budget.wait('question', clock.monotonic());
    if (wait > 0) throw new BudgetHeld(wait);
    budget.take(clock.monotonic());
    try {
      const answer = await question().finally(count);
      answered(true);
      return answer;
    } catch (error) {
      // The venue's own client counts by weight: it may hold back what we would have asked.
      if (error instanceof BudgetHeld) throw error;
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
    const outcomes = await request().finally(count).catch((error: unknown) => {
      // By the port an outcome is a value: whoever throws one has a bug, whatever its name.
      throw error instanceof VenueFault ? new Error(`thrown: ${error.message}`) : error;
    });
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') obey(outcome.reason, waitOf(outcome.retry_after_ms));
    }
    answered(outcomes.some(({ status }) => status !== 'unknown'));
    return outcomes;
  }

  return {
    name: venue.name,
    capabilities: venue.capabilities,
    connect: (listener) => venue.connect(listener),
    market: () => ask(() => venue.market()),
    price: () => ask(() => venue.price()),
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
    grant: (share) => venue.grant(share),
    close: () => venue.close(),
  };
}

/** One call may be many requests: whoever counts those has the last word. */
function followCount(venue: Venue, budget: RateBudget, clock: Clock): void {
  const usage = venue.usage();
  if (usage !== null) budget.counted(usage, clock.monotonic());
}

function usualWaitMs(reason: string): number {
  if (reason === 'rate_limited') return RATE_WAIT_MS;
  return reason === 'maintenance' ? MAINTENANCE_WAIT_MS : 0;
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
