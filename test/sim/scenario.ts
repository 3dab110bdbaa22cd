/**
 * What one seed stands for: a market, a grid, and a script of what the market, the venue, the
 * machine and the user do. Steps say where the price goes, not by how much, so that a script with
 * steps left out still means what it meant.
 */
import { formatMoney } from '../../src/contract/decimal.ts';
import type { MarketRules } from '../../src/contract/market.ts';
import { lotsOf, makeMarket, priceText, sizeText } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import type { OnStop, Side } from '../../src/contract/trading.ts';
import { design } from '../../src/engine/index.ts';
import type { DesignInput } from '../../src/engine/index.ts';
import type { FaultName } from './faults.ts';
import { FAULT_RATES } from './faults.ts';
import { Dice, hash } from './random.ts';

/** The range, count and size that an adjust asks for. */
export interface Wish {
  readonly grid_lower_price: string;
  readonly grid_upper_price: string;
  readonly grid_num: number;
  readonly order_quantity?: string;
  readonly position?: 'carry' | 'rebalance';
}

/** One step of the script; it lasts `ms`. */
export type Step = { readonly ms: number } & (
  | { readonly do: 'move'; readonly to: readonly number[] }
  | { readonly do: 'wait' | 'pause' | 'resume' | 'start' | 'kill' | 'restart' | 'calm' }
  | { readonly do: 'close_carry' | 'accept' | 'panic' }
  | { readonly do: 'adjust'; readonly wish: Wish }
  | { readonly do: 'stop'; readonly on_stop: OnStop }
  | { readonly do: 'foreign'; readonly side: Side; readonly ticks: number; readonly mark: boolean }
  | { readonly do: 'stranger'; readonly side: Side; readonly lots: number }
  | { readonly do: 'venue_cancel'; readonly pick: number }
  | { readonly do: 'funding'; readonly rate: string }
  | { readonly do: 'maintenance' | 'no_margin' | 'disk_full'; readonly lasts: number }
  | { readonly do: 'offline' | 'mute'; readonly lasts: number }
  | { readonly do: 'few_orders'; readonly most: number; readonly lasts: number }
  | { readonly do: 'skew'; readonly by: number }
);

export interface Scenario {
  readonly seed: number;
  readonly rules: MarketRules;
  readonly values: DesignInput;
  /** Price at which the world begins, and how far the mark price is above the last. */
  readonly ticks: number;
  readonly basis: number;
  readonly roughness: Partial<Record<FaultName, number>>;
  readonly steps: readonly Step[];
  /** Client ids are numbers. */
  readonly numbers: boolean;
  /** Seconds after which a run ends by itself. */
  readonly duration?: number;
  /** Seconds between comparisons. */
  readonly interval: number;
}

/** Ticks around which every world trades. */
interface Frame {
  readonly lower: number;
  readonly step: number;
  readonly grids: number;
}

/** The world of a seed. */
export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed);
  for (;;) {
    const frame = { lower: dice.whole(8000, 20_000), step: dice.whole(60, 400), grids: 0 };
    const grids = dice.pick([2, 3, 4, 5, 6, 8, 10, 12]);
    const lots = dice.whole(2, 20);
    const rules = makeRules(dice, { ...frame, grids }, lots);
    const values = makeValues(dice, rules, { ...frame, grids }, lots);
    const ticks = frame.lower + dice.whole(-frame.step, frame.step * (grids + 1));
    const market = makeMarket(rules);
    if ('problems' in design(market, { ...values, price: priceText(market, ticks) })) continue;
    const steps = makeSteps(dice, rules, { ...frame, grids }, ticks);
    const roughness = makeRoughness(dice);
    const interval = dice.pick([10, 30, 60, 120]);
    const duration = dice.chance(0.08) ? { duration: dice.whole(30, 200) } : {};
    const numbers = dice.chance(0.3);
    const fenced = makeFenced(seed, rules, { ...frame, grids }, values, ticks);
    return {
      ...{ seed, rules, ticks, roughness, numbers, interval, ...duration, ...fenced },
      steps: withPanics(seed, fenced.values === values ? steps : withResumes(seed, steps)),
    };
  }
}

function makeRules(dice: Dice, frame: Frame, lots: number): MarketRules {
  const tick = dice.pick(['0.01', '0.1', '1', '0.0005']);
  const lot = dice.pick(['0.01', '1', '0.001']);
  const minLots = dice.whole(1, Math.max(1, Math.ceil(lots / 3)));
  const worth = Number(tick) * frame.lower * Number(lot) * lots;
  return {
    symbol: 'SIM_PERP',
    base: 'SIM',
    quote: 'USD',
    tick,
    lot,
    min_quantity: (Number(lot) * minLots).toFixed(3),
    min_notional: (worth * dice.pick([0, 0, 0.2, 0.6])).toFixed(6),
    max_orders: frame.grids + dice.pick([4, 20, 200]),
    maker_fee: dice.pick(['-0.00005', '0', '0.0001', '0.0002']),
    taker_fee: '0.0005',
    max_leverage: '50',
    maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.01', amount: '0' }] },
  };
}

function makeValues(dice: Dice, rules: MarketRules, frame: Frame, lots: number): DesignInput {
  const market = makeMarket(rules);
  const { lower, step, grids } = frame;
  const fence = dice.chance(0.3) ? dice.whole(1, grids) * lots : null;
  return {
    grid_lower_price: priceText(market, lower),
    grid_upper_price: priceText(market, lower + step * grids),
    grid_num: grids,
    grid_type: dice.chance(0.7) ? 'arithmetic' : 'geometric',
    direction: dice.pick(['neutral', 'neutral', 'long', 'short'] as const),
    order_quantity: sizeText(market, lots),
    open_position_at_start: dice.chance(0.8),
    out_of_range: dice.pick(['hold', 'hold', 'hold', 'hold', 'trail', 'trail', 'stop', 'close']),
    ...makeEnds(dice, rules, frame),
    ...(fence === null ? {} : { max_position: sizeText(market, fence) }),
  };
}

// Some runs wait for a price, some end at one.
function makeEnds(dice: Dice, rules: MarketRules, frame: Frame): Partial<DesignInput> {
  const market = makeMarket(rules);
  const { lower, step, grids } = frame;
  const below = priceText(market, Math.round(lower - dice.next() * 2 * step));
  const above = priceText(market, Math.round(lower + step * (grids + dice.next() * 2)));
  const inside = priceText(market, lower + dice.whole(0, step * grids));
  const [loss, profit] = dice.chance(0.5) ? [below, above] : [above, below];
  return {
    ...(dice.chance(0.1) ? { stop_loss_price: loss } : {}),
    ...(dice.chance(0.1) ? { take_profit_price: profit } : {}),
    ...(dice.chance(0.08) ? { trigger_price: inside } : {}),
  };
}

/**
 * What was thought of later is drawn by its own name, so that the worlds without it stay as they
 * were; each number is one at which those that once failed are among them.
 */
const LATER = { fences: 6, panics: 13 };

/** Some grids are fenced in, most of them by more than one fence; a few look at the mark price. */
function makeFenced(
  seed: number,
  rules: MarketRules,
  frame: Frame,
  values: DesignInput,
  ticks: number,
): Pick<Scenario, 'values' | 'basis'> {
  const market = makeMarket(rules);
  const dice = new Dice(hash(seed, 'fences', LATER.fences));
  if (!dice.chance(0.4)) return { values, basis: 0 };
  const basis = dice.chance(0.3) ? dice.whole(-frame.step, frame.step) : 0;
  for (;;) {
    const fenced = { ...values, ...makeFences(dice, market, frame, values) };
    if ('plan' in design(market, { ...fenced, price: priceText(market, ticks) })) {
      return { values: fenced, basis };
    }
  }
}

function makeFences(
  dice: Dice,
  market: Market,
  frame: Frame,
  { order_quantity = 0, out_of_range }: DesignInput,
): Partial<DesignInput> {
  const { lower, step, grids } = frame;
  const upper = lower + step * grids;
  const lots = lotsOf(market, order_quantity) ?? 0;
  const worth = (ticks: number, part: number): string =>
    formatMoney(BigInt(Math.ceil(ticks * lots * part)) * market.quantum);
  const some = <T>(probability: number, drawn: T): T | Record<string, never> =>
    dice.chance(probability) ? drawn : {};
  const widest = Math.ceil((step / (lower - step * 2)) * 10_000) / 100;
  return {
    ...some(0.4, { max_open_orders: dice.whole(2, Math.max(2, grids)) }),
    ...some(0.4, { max_loss: worth(step, dice.next() * grids + 0.1) }),
    ...some(0.4, { max_order_notional: worth(upper, dice.pick([0.98, 1, 1.02, 1.5, 2.5])) }),
    ...some(0.4, { price_collar_percent: (widest * dice.whole(1, grids)).toFixed(2) }),
    ...some(0.4, { max_orders_per_minute: grids + dice.pick([1, 2, 4, 8, 30]) }),
    ...some(0.3, { trigger_by: 'mark' as const }),
    ...some(0.3, { on_stop: { orders: dice.pick(['cancel', 'keep'] as const) } }),
    ...(out_of_range === 'trail' ? makeCaps(dice, market, frame) : {}),
    ...makeEnds(dice, market.rules, frame),
  };
}

function makeCaps(dice: Dice, market: Market, frame: Frame): Partial<DesignInput> {
  const { lower, step, grids } = frame;
  const up = lower + step * (grids + dice.whole(0, 2));
  const down = lower - step * dice.whole(0, 2);
  return {
    trail_upper_price: priceText(market, up),
    trail_lower_price: priceText(market, down),
  };
}

/** Who is fenced in trips now and then, and is told to go on. */
function withResumes(seed: number, steps: readonly Step[]): Step[] {
  const dice = new Dice(hash(seed, 'resumes', 0));
  return steps.flatMap((step) =>
    dice.chance(0.1) ? [step, { do: 'resume', ms: dice.whole(50, 6000) }] : [step],
  );
}

/** In some worlds the user panics, whatever the bot is doing; sometimes that bot is killed. */
function withPanics(seed: number, steps: readonly Step[]): readonly Step[] {
  const dice = new Dice(hash(seed, 'panics', LATER.panics));
  if (!dice.chance(0.3)) return steps;
  return steps.flatMap((step): Step[] => {
    if (!dice.chance(0.05)) return [step];
    const after: Step['do'] = dice.pick(['wait', 'wait', 'kill', 'start']);
    return [
      step,
      { do: 'panic', ms: dice.whole(20, 4000) },
      { do: after, ms: dice.whole(50, 30_000) } as Step,
      ...(dice.chance(0.7) ? [{ do: 'start', ms: dice.whole(50, 6000) } as const] : []),
    ];
  });
}

// Each world has its own weather: some faults never happen, some more often than usual.
function makeRoughness(dice: Dice): Partial<Record<FaultName, number>> {
  const names = Object.keys(FAULT_RATES) as FaultName[];
  const overall = dice.pick([0.3, 1, 1, 2]);
  return Object.fromEntries(names.map((name) => [name, overall * dice.pick([0, 0.5, 1, 1, 3])]));
}

const STEPS: readonly (readonly [number, Step['do']])[] = [
  [50, 'move'],
  [5, 'wait'],
  [6, 'adjust'],
  [3, 'pause'],
  [4, 'resume'],
  [4, 'stop'],
  [7, 'start'],
  [4, 'kill'],
  [2, 'restart'],
  [3, 'foreign'],
  [1, 'stranger'],
  [1, 'accept'],
  [2, 'close_carry'],
  [5, 'venue_cancel'],
  [3, 'funding'],
  [2, 'maintenance'],
  [2, 'no_margin'],
  [1, 'few_orders'],
  [2, 'skew'],
  [3, 'offline'],
  [4, 'mute'],
  [2, 'disk_full'],
  [3, 'calm'],
];

function makeSteps(dice: Dice, rules: MarketRules, frame: Frame, ticks: number): Step[] {
  const steps: Step[] = [];
  const total = STEPS.reduce((sum, [weight]) => sum + weight, 0);
  let price = ticks;
  const count = dice.whole(40, 100);
  while (steps.length < count) {
    let at = dice.next() * total;
    const kind = STEPS.find(([weight]) => (at -= weight) < 0)?.[1] ?? 'move';
    const step = makeStep(dice, kind, rules, frame, price);
    if (step.do === 'move') price = step.to.at(-1) ?? price;
    steps.push(step);
  }
  return steps;
}

function makeStep(
  dice: Dice,
  kind: Step['do'],
  rules: MarketRules,
  frame: Frame,
  price: number,
): Step {
  const ms = dice.whole(50, 6000);
  const lasts = dice.whole(500, 30_000);
  switch (kind) {
    case 'move':
      return { do: kind, to: makePath(dice, frame, price), ms: dice.whole(200, 12_000) };
    case 'adjust':
      return { do: kind, wish: makeWish(dice, rules, frame), ms };
    case 'stop': {
      const orders = dice.pick(['cancel', 'cancel', 'keep'] as const);
      return { do: kind, on_stop: { orders, position: dice.pick(['keep', 'close'] as const) }, ms };
    }
    case 'foreign': {
      // Far outside: it never trades.
      const buys = dice.chance(0.5);
      const far = buys ? Math.floor(frame.lower / 3) : frame.lower * 3;
      const [side, ticks] = [buys ? 'buy' : 'sell', far + dice.whole(0, 50)] as const;
      return { do: kind, side, ticks, mark: dice.chance(0.3), ms };
    }
    case 'stranger':
      return { do: kind, side: dice.pick(['buy', 'sell'] as const), lots: dice.whole(2, 30), ms };
    case 'venue_cancel':
      return { do: kind, pick: dice.whole(0, 99), ms };
    case 'funding':
      return { do: kind, rate: dice.pick(['0.0001', '-0.0002', '0.00005']), ms };
    case 'maintenance':
    case 'no_margin':
    case 'disk_full':
    case 'mute':
      return { do: kind, lasts: dice.whole(5000, 120_000), ms };
    case 'offline':
      return { do: kind, lasts, ms };
    case 'few_orders':
      return { do: kind, most: dice.whole(1, frame.grids), lasts, ms };
    case 'skew':
      return { do: kind, by: dice.pick([-30_000, 30_000, -3_600_000, 3_600_000]), ms };
    case 'wait':
      return { do: kind, ms: dice.whole(1000, 40_000) };
    default:
      return { do: kind, ms };
  }
}

// A walk, now and then onto a line exactly, now and then a jump over many.
function makePath(dice: Dice, { lower, step, grids }: Frame, from: number): number[] {
  const top = lower + step * grids;
  let price = from;
  return Array.from({ length: dice.whole(2, 8) }, () => {
    const far = dice.chance(0.15) ? 4 * step : 1.5 * step;
    price += Math.round((dice.next() - 0.5) * 2 * far);
    if (dice.chance(0.15)) price = lower + step * dice.whole(0, grids);
    price = Math.min(top + 2 * step, Math.max(lower - 2 * step, price));
    return price;
  });
}

function makeWish(dice: Dice, rules: MarketRules, frame: Frame): Wish {
  const market = makeMarket(rules);
  const { lower, step, grids } = frame;
  const shift = step * dice.pick([-2, -1, 0, 0, 1, 2]);
  const count = Math.max(2, grids + dice.pick([-1, 0, 0, 0, 1]));
  return {
    grid_lower_price: priceText(market, lower + shift),
    grid_upper_price: priceText(market, lower + shift + step * count),
    grid_num: count,
    ...(dice.chance(0.3) ? { order_quantity: sizeText(market, dice.whole(2, 20)) } : {}),
    ...(dice.chance(0.3) ? { position: 'rebalance' as const } : {}),
  };
}
