/**
 * An adjust of the running grid (GRID 8): the values it leads to, its checks, the diff, and the one
 * turn that commits it. A repeated key changes nothing.
 */
import { GriddError } from '../contract/errors.ts';
import type { AdjustAnswer, AdjustRequest } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import { editedValues, ladder, planAdjust, profitRange } from '../engine/index.ts';
import type { AdjustPreview, GridPlan } from '../engine/index.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import type { GridAccount } from './grid-account.ts';
import { liquidationView } from './grid-account.ts';
import { accepted, gridValues, marginCheck } from './plan.ts';
import type { Runner } from './runner.ts';

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
      const { plan, warnings } = this.#designed(request);
      const position = request.position ?? 'carry';
      const diff = runner.preview(plan, position);
      this.#account.assertSurvives(diff, 'ADJUST_REFUSED');
      const dry = request.dry_run === true;
      const told = [...warnings, ...this.outOfRange(plan), ...this.heldBack()];
      const answer = this.#answer(plan, diff, told, dry);
      if (dry) return answer;
      const saved = key === null ? {} : { request: stored(key, wanted, answer) };
      const meta = { adjusted: 'yes', effective: JSON.stringify(this.#values(request)) };
      const event = { type: 'adjust', plan, position, at_ms: runner.venueNow() } as const;
      await runner.apply(event, diff.unchanged ? saved : { meta, ...saved });
      if (!diff.unchanged) this.#adjusted = true;
      const { lower, upper, grids } = answer;
      this.#parts.log.info({ lower, upper, grids }, 'adjusted');
      return answer;
    });
  }

  /** That what a change of the grid is to place waits; nothing while it does not. */
  heldBack(): string[] {
    const { id, runner } = this.#parts;
    const { gridState } = runner;
    if (gridState !== 'paused' && gridState !== 'tripped') return [];
    return [`The grid is ${gridState}: orders to be placed wait for \`gridd resume ${id}\`.`];
  }

  /**
   * Grid values in force (those of the last adjust, else the file's), with the request's on top.
   */
  #values(request: AdjustRequest) {
    const { market, runner } = this.#parts;
    return editedValues(market, this.presentValues(), runner.state.plan, request);
  }

  /** Grid values of the last adjust, else the file's. */
  presentValues(): ReturnType<typeof gridValues> {
    const effective = this.#parts.books.meta('effective');
    return effective === null ? gridValues(this.#parts.config()) : parsed(effective);
  }

  #designed(request: AdjustRequest) {
    const { market, runner } = this.#parts;
    const price = priceText(market, runner.ticks);
    const funds = this.#account.funds(marginCheck(this.#parts.config()));
    const present = { plan: runner.state.plan, price, funds };
    return accepted(planAdjust(market, this.presentValues(), present, request), 'ADJUST_REFUSED');
  }

  #answer(
    plan: GridPlan,
    diff: AdjustPreview,
    warnings: readonly string[],
    dry: boolean,
  ): AdjustAnswer {
    const { market } = this.#parts;
    const risk = this.#account.liquidations(diff.after);
    return {
      applied: !dry,
      unchanged: diff.unchanged,
      converged: false,
      pending: 0,
      orders_kept: diff.kept.length,
      orders_cancelled: diff.cancelled.length,
      orders_placed: diff.placed.length,
      parcels_moved: diff.parcels_moved,
      carry: sizeText(market, diff.carry_lots),
      market_trade: sizeText(market, diff.market_lots),
      profit_per_grid: this.profitRange(plan),
      lower: priceText(market, plan.lines[0] ?? 0),
      upper: priceText(market, plan.lines.at(-1) ?? 0),
      grids: plan.lines.length - 1,
      quantity_per_grid: sizeText(market, plan.lots_per_grid),
      ...(risk === null ? {} : { liquidation: liquidationView(market, risk) }),
      warnings,
    };
  }

  /** Net profit per grid of a plan, percent. */
  profitRange(plan: GridPlan): { min: string; max: string } {
    if (this.#profit?.plan === plan) return this.#profit.range;
    const range = profitRange(this.#parts.market, plan.lines);
    this.#profit = { plan, range };
    return range;
  }
  /** That the price is outside the range; nothing while it is inside. */
  outOfRange(plan: GridPlan): string[] {
    const { market, runner } = this.#parts;
    const [lower = 0, upper = 0] = [plan.lines[0], plan.lines.at(-1)];
    if (runner.ticks >= lower && runner.ticks <= upper) return [];
    const side = runner.ticks < lower ? 'below' : 'above';
    return [`The price ${priceText(market, runner.ticks)} is ${side} the range.`];
  }
}

function parsed(text: string): ReturnType<typeof gridValues> {
  return JSON.parse(text) as ReturnType<typeof gridValues>;
}

function stored(key: string, request: string, answer: AdjustAnswer) {
  return { key, request, answer: JSON.stringify(answer) };
}
