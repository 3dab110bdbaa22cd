/**
 * What the designer is asked, and the sheet it works on: every check writes its problems and
 * warnings there, none throws.
 */
import type { Decimal } from '../contract/decimal.ts';
import { parseDecimal } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { Direction, GridType, OnStop, OutOfRange, TriggerBy } from '../contract/trading.ts';
import type { FenceInput } from './design-fences.ts';
import { problemOf } from './design-problem.ts';
import type { Problem } from './design-problem.ts';

/** Decimal text or a JSON number. */
export type DecimalInput = string | number;

/**
 * The keys of `strategy_config` that shape a grid; prices and sizes as decimal text or JSON
 * numbers.
 */
export interface DesignInput extends FenceInput {
  readonly grid_lower_price: DecimalInput;
  readonly grid_upper_price: DecimalInput;
  readonly grid_num: number;
  readonly grid_type?: GridType;
  readonly direction?: Direction;
  readonly order_quantity?: DecimalInput;
  readonly investment?: DecimalInput;
  readonly leverage?: DecimalInput;
  readonly max_position?: DecimalInput;
  readonly open_position_at_start?: boolean;
  readonly out_of_range?: OutOfRange;
  readonly trail_upper_price?: DecimalInput;
  readonly trail_lower_price?: DecimalInput;
  readonly stop_loss_price?: DecimalInput;
  readonly take_profit_price?: DecimalInput;
  readonly trigger_price?: DecimalInput;
  readonly trigger_by?: TriggerBy;
  readonly on_stop?: Partial<OnStop>;
  /**
   * Present price, for sizing by investment; without it the trigger, else the middle of the grid.
   */
  readonly price?: DecimalInput;
  /** The account's equity in quote; without it nothing is said of margin and liquidation. */
  readonly balance?: DecimalInput;
  /** The lines are laid out already: what comes begins at the price, no longer at the trigger. */
  readonly laid_out?: boolean;
  /** What a shortage of initial margin is: a warning (default), or a refusal. */
  readonly margin_check?: 'warn' | 'refuse';
}

/** A wish being examined, with what was found so far. */
export interface Wish {
  readonly market: Market;
  readonly input: DesignInput;
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** The value as a decimal above zero; null, with a problem, when it is none. */
export function readPositive(
  wish: Wish,
  path: keyof DesignInput,
  value: DecimalInput,
): Decimal | null {
  const decimal = parseDecimal(value);
  if (decimal !== null && decimal.digits > 0n) return decimal;
  wish.problems.push(problemOf(path, 'no_number', say('not_above_zero', { value })));
  return null;
}
