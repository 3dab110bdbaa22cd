/**
 * From config values to a designed grid, and which of the two wins: the plan in the store, unless
 * the file's grid values changed since they were last taken (then they are applied as an adjust).
 */
import { isDeepStrictEqual } from 'node:util';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { GriddError } from '../contract/errors.ts';
import type { Market } from '../contract/market.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { design, designInPlace } from '../engine/index.ts';
import type {
  Design,
  DesignInput,
  DesignProblems,
  GridPlan,
  Present,
} from '../engine/index.ts';

export type { Funds } from '../engine/index.ts';

/** A plan that may run, what to warn of, and the profit per grid in percent. */
export interface Designed {
  readonly plan: GridPlan;
  readonly warnings: readonly string[];
  /** The same with their codes. */
  readonly coded: readonly CodedText[];
}

/** The grid values of a config as the engine's designer takes them. */
export function gridValues(config: InstanceConfig): DesignInput {
  const { duration: _duration, interval: _interval, ...values } = config.strategy_config;
  return values;
}

/** What a shortage of margin is to this instance. */
export function marginCheck(config: InstanceConfig): 'warn' | 'refuse' {
  return config.exchange_config.mode === 'live' ? 'refuse' : 'warn';
}

/** Fingerprint of the grid values last taken from the file. */
export function fingerprint(config: InstanceConfig): string {
  return JSON.stringify(gridValues(config));
}

/** What the books keep of values taken from the file, to be stored with the plan that they gave. */
export function takenFrom(config: InstanceConfig): Record<string, string> {
  const values = fingerprint(config);
  return { effective: values, fingerprint: values, adjusted: 'no' };
}

/** Whether a fingerprint holds the grid values of `config`, in whatever order they are written. */
export function isTaken(taken: string | null, config: InstanceConfig): boolean {
  return taken !== null && isDeepStrictEqual(JSON.parse(taken), JSON.parse(fingerprint(config)));
}

/** Designs a grid; throws `code` with every problem when it must not run. */
export function designGrid(
  market: Market,
  values: DesignInput,
  price: string,
  code: 'GRID_REFUSED' | 'ADJUST_REFUSED',
): Designed {
  return soundOr(design(market, { ...values, price }), code);
}

function soundOr(
  result: Design | DesignProblems,
  code: 'GRID_REFUSED' | 'ADJUST_REFUSED',
): Designed {
  if ('problems' in result) {
    const what = code === 'GRID_REFUSED' ? 'This grid must not run' : 'This adjust was refused';
    const first = result.problems[0]?.message ?? 'it is not possible';
    const prefix = code === 'GRID_REFUSED' ? 'strategy_config.' : '';
    const problems = result.problems.map((p) => ({ ...p, path: prefix + p.path }));
    throw new GriddError(code, `${what}: ${first}`, { problems });
  }
  const coded = result.warnings.map(({ rule, message, said }) => ({
    ...{ code: rule, text: message, said },
  }));
  return { plan: result.plan, warnings: coded.map(({ text }) => text), coded };
}

/** The engine's design of values of which the range was not edited; throws as `designGrid`. */
export function designedInPlace(
  market: Market,
  values: DesignInput,
  present: Present,
  code: 'GRID_REFUSED' | 'ADJUST_REFUSED',
): Designed {
  return soundOr(designInPlace(market, values, present), code);
}

/** Whether two plans say the same; how a range came about by trailing does not count. */
export function samePlan(a: GridPlan, b: GridPlan): boolean {
  return isDeepStrictEqual({ ...a, base: null }, { ...b, base: null });
}

/** Keys that a size is computed from. */
const SIZING = [
  ...(['order_quantity', 'investment', 'leverage', 'max_position'] as const),
  ...(['grid_lower_price', 'grid_upper_price', 'grid_num'] as const),
];

/** Whether an edit from `before` (a fingerprint) to `after` asks for another size per grid. */
export function resizes(before: string, after: DesignInput): boolean {
  const old = JSON.parse(before) as DesignInput;
  // A fence beside a given size changes no size.
  const fence = after.order_quantity !== undefined || after.investment !== undefined;
  return SIZING.some((key) => old[key] !== after[key] && !(fence && key === 'max_position'));
}
