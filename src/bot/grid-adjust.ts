/**
 * An adjust of the running grid (GRID 8): the values it leads to, its checks, the diff, and the one
 * turn that commits it. A repeated key changes nothing.
 */
import { GriddError } from '../contract/errors.ts';
import type { AdjustAnswer, AdjustRequest } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { Market } from '../contract/market.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { dryRun, heldBack, ladder, outOfRange, profitRange } from '../engine/index.ts';
import type { DryRun, GridPlan } from '../engine/index.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import type { GridAccount } from './grid-account.ts';
import { gridValues, marginCheck } from './plan.ts';
import type { Runner } from './runner.ts';
import type { SetAside } from './set-aside.ts';

export interface AdjustParts {
  readonly id: string;
  /** As in force; replaced when the file is read anew. */
  readonly config: () => InstanceConfig;
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Logger;
  /** What stands on the symbol beside the grid; absent: nothing. */
  readonly aside?: SetAside;
}

/** Reasons of a line without its order that end by themselves. */
const UNSETTLED = new Set(['pending', 'line_taken', 'start_order']);

export class GridAdjust {
  readonly #parts: AdjustParts;
  readonly #account: GridAccount;
  #profit: { plan: GridPlan; range: { min: string; max: string } } | null = null;
  #adjusted: boolean;

  constructor(parts: AdjustParts, account: GridAccount) {
    this.#parts = parts;
    this.#account = account;
    this.#adjusted = parts.books.meta('adjusted') === 'yes';
  }

  /** Whether the plan in force differs from the file. */
  get adjusted(): boolean {
    return this.#adjusted;
  }

  /** The plan in force equals the file again, and the books say so. */
  clearAdjusted(): void {
    this.#adjusted = false;
    this.#parts.runner.changed();
  }

  /** A run that is over is a result: it is looked at, not moved. */
  assertNotOver(code: 'ADJUST_REFUSED' | 'INSTANCE_NOT_RUNNING'): void {
    const { id, runner } = this.#parts;
    if (runner.gridState !== 'finished') return;
    throw new GriddError(code, `The run of ${id} is over; nothing was changed.`, {
      hint: '`gridd stop ID`, then `gridd start ID` begins a new run, with --fresh on new books.',
    });
  }

  /**
   * Moves the grid (GRID 8). ADJUST_REFUSED with every problem; IDEMPOTENCY_CONFLICT when the key
   * was used for another request; a repeated key gets the stored answer and changes nothing.
   */
  async adjust(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    const { market, runner } = this.#parts;
    const answer = await this.#adjustOnce(request, key);
    if (!answer.applied) return answer;
    // The task ended when all it caused had its answer: what does not rest now is not converged.
    const { orders } = runner.state;
    const moving = orders.filter(({ status, role }) => status !== 'open' || role !== 'line');
    const waiting = ladder(market, runner.state).filter(({ reason }) => {
      return reason !== null && UNSETTLED.has(reason);
    });
    const pending = moving.length + waiting.length;
    return { ...answer, pending, converged: pending === 0 };
  }

  /** Whether a request under this key has its answer already. */
  isAnswered(key: string): boolean {
    return this.#parts.books.answer(key) !== null;
  }

  async #adjustOnce(request: AdjustRequest, key: string | null): Promise<AdjustAnswer> {
    const { runner, books, venue } = this.#parts;
    const { lockstep } = venue.capabilities;
    if (!lockstep) await this.#account.refresh();
    return runner.run(async () => {
      this.assertNotOver('ADJUST_REFUSED');
      const wanted = JSON.stringify(request);
      const known = key === null ? null : books.answer(key);
      if (known !== null) {
        if (known.request === wanted) return JSON.parse(known.answer) as AdjustAnswer;
        throw new GriddError('IDEMPOTENCY_CONFLICT', 'This key was used for another request.');
      }
      await this.#account.refreshWithin();
      const { plan, values, diff, answer: dry } = this.#tried(request);
      if (request.dry_run === true) return dry;
      const answer = { ...dry, applied: true };
      const position = request.position ?? 'carry';
      const saved = key === null ? {} : { request: stored(key, wanted, answer) };
      const meta = { adjusted: 'yes', effective: JSON.stringify(values) };
      const event = { type: 'adjust', plan, position, at_ms: runner.venueNow() } as const;
      await runner.apply(event, diff.unchanged ? saved : { meta, ...saved });
      if (!diff.unchanged) this.#adjusted = true;
      const { lower, upper, grids } = answer;
      this.#parts.log.info({ lower, upper, grids }, 'adjusted');
      return answer;
    });
  }

  /** That what a change of the grid is to place waits; nothing while it does not. */
  heldBack(): CodedText[] {
    const { id, runner } = this.#parts;
    return heldBack(id, runner.state);
  }

  /** That the price is outside the range; nothing while it is inside. */
  outOfRange(plan: GridPlan): CodedText[] {
    const { market, runner } = this.#parts;
    return outOfRange(market, plan, runner.ticks);
  }

  /** Grid values of the last adjust, else the file's. */
  presentValues(): ReturnType<typeof gridValues> {
    const effective = this.#parts.books.meta('effective');
    return effective === null ? gridValues(this.#parts.config()) : parsed(effective);
  }

  /** What the request would do; ADJUST_REFUSED with every problem. */
  #tried(request: AdjustRequest): DryRun {
    const { id, market, runner, aside } = this.#parts;
    const tried = dryRun(
      {
        ...{ id, market, state: runner.state, ticks: runner.ticks },
        values: this.presentValues(),
        margin_check: marginCheck(this.#parts.config()),
        equity: this.#account.equity,
        aside_lots: aside?.lots ?? 0,
      },
      request,
    );
    if (!('problems' in tried)) return tried;
    const { problems } = tried;
    const first = problems[0]?.message ?? 'it is not possible';
    throw new GriddError('ADJUST_REFUSED', `This adjust was refused: ${first}`, { problems });
  }

  /** Net profit per grid of a plan, percent. */
  profitRange(plan: GridPlan): { min: string; max: string } {
    if (this.#profit?.plan === plan) return this.#profit.range;
    const range = profitRange(this.#parts.market, plan.lines);
    this.#profit = { plan, range };
    return range;
  }
}

function parsed(text: string): ReturnType<typeof gridValues> {
  return JSON.parse(text) as ReturnType<typeof gridValues>;
}

function stored(key: string, request: string, answer: AdjustAnswer) {
  return { key, request, answer: JSON.stringify(answer) };
}
