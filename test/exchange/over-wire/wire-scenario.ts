/**
 * What a seed stands for over the wire: a world of the simulator, cut to a length that real sockets
 * can play in seconds, within the bounds that venues set to prices, and with the rules that the
 * venue's protocol can tell.
 */
import { makeMarket, priceText, ticksOf } from '../../../src/contract/market.ts';
import type { MarketRules } from '../../../src/contract/market.ts';
import { design } from '../../../src/engine/index.ts';
import { SILENT, silenceOf } from '../../sim/faults.ts';
import type { FaultName } from '../../sim/faults.ts';
import { Dice, hash } from '../../sim/random.ts';
import { scenarioOf } from '../../sim/scenario.ts';
import type { Scenario, Step } from '../../sim/scenario.ts';
import type { WireKind } from './wire-stage.ts';

/** Steps of a world; a long one has all that its script has. */
const STEPS = { short: 28, long: Infinity };
export type Length = keyof typeof STEPS;
/** A step over the wire lasts at most so long, ms. */
const LONGEST_MS = 5000;
const LONGEST_OUTAGE_MS = 12_000;
const LONGEST_SILENCE_MS = 60_000;
/** Parts of a script that are looked at for the one in which the price moves most. */
const PARTS = 6;
/** Share of the questions that may stay without an answer: an opening has many of them here. */
const SILENCE = 0.05;
/** Seconds between comparisons; short, as the worlds are. */
const INTERVALS = [5, 10];
/** Venues take orders this far from the mark price; a fraction. */
const BAND = 0.14;
/** Foreign orders rest so far outside of every price, ticks. */
const OUTSIDE = 60;
/** Short worlds: a process is killed more often in each. */
const DEADLIER = 2;
const KILLS = [
  ...(['kill_before_commit', 'kill_after_commit', 'kill_before_send'] as const),
  ...(['kill_after_execution', 'kill_before_answer'] as const),
];

type Roughness = Scenario['roughness'];

/** The world of a seed on a venue. */
export function wireScenario(seed: number, wire: WireKind, length: Length): Scenario {
  for (let draw = 0; ; draw += 1) {
    const drawn = scenarioOf(hash(seed, wire.kind.name, draw));
    const scenario = { ...drawn, seed, rules: rulesOf(drawn.rules, wire), numbers: false };
    const bounds = boundsOf(scenario);
    if (bounds.upper - bounds.lower > BAND * bounds.lower) continue;
    if (!isSound(scenario)) continue;
    const dice = new Dice(hash(seed, 'cut', draw));
    return {
      ...scenario,
      interval: dice.pick(INTERVALS),
      roughness: weatherOf(scenario.roughness),
      steps: liveliest(scenario.steps, STEPS[length], dice).map((step) => within(step, bounds)),
    };
  }
}

/** The rules of a scenario as the venue's protocol can tell them. */
function rulesOf(drawn: MarketRules, { face, symbol, base, quote }: WireKind): MarketRules {
  const own = face.specs(1, 3).find(({ rules }) => rules.symbol === symbol)?.rules;
  if (own === undefined) throw new Error(`${face.name} has no ${symbol}`);
  const { max_leverage, maintenance, max_orders, min_notional } = own;
  const told = min_notional === '0' ? { min_notional, max_orders } : {};
  return { ...drawn, symbol, base, quote, max_leverage, maintenance, ...told };
}

function isSound({ rules, values, ticks }: Scenario): boolean {
  const market = makeMarket(rules);
  return 'plan' in design(market, { ...values, price: priceText(market, ticks) });
}

/** The prices between which everything of a scenario happens, ticks. */
function boundsOf({ rules, values }: Scenario): { readonly lower: number; readonly upper: number } {
  const market = makeMarket(rules);
  const lower = ticksOf(market, String(values.grid_lower_price)) ?? 0;
  const upper = ticksOf(market, String(values.grid_upper_price)) ?? 0;
  const step = Math.ceil((upper - lower) / Number(values.grid_num));
  const margin = 3 * step + OUTSIDE;
  return { lower: lower - margin, upper: upper + margin };
}

/** Venues take no order that is far from the market: those of others rest just outside. */
function within(step: Step, { lower, upper }: { lower: number; upper: number }): Step {
  const ms = Math.min(step.ms, LONGEST_MS);
  if ('lasts' in step) return { ...step, ms, lasts: Math.min(step.lasts, outageOf(step.do)) };
  if (step.do !== 'foreign') return { ...step, ms };
  const away = step.ticks % OUTSIDE;
  return { ...step, ms, ticks: step.side === 'buy' ? lower + away : upper - away };
}

/** A silence is to be noticed; everything else is over while the world still moves. */
function outageOf(kind: Step['do']): number {
  return kind === 'mute' ? LONGEST_SILENCE_MS : LONGEST_OUTAGE_MS;
}

/** Of some parts of a script the one with most moves. */
function liveliest(steps: readonly Step[], most: number, dice: Dice): readonly Step[] {
  const parts = Array.from({ length: PARTS }, () => {
    const first = dice.whole(0, Math.max(0, steps.length - most));
    return steps.slice(first, first + most);
  });
  const moves = (part: readonly Step[]) => part.filter(({ do: what }) => what === 'move').length;
  return parts.reduce((best, part) => (moves(part) > moves(best) ? part : best));
}

/** Kills more often, answers not too rarely. */
function weatherOf(roughness: Roughness): Roughness {
  const scaled = (names: readonly FaultName[], by: number) =>
    Object.fromEntries(names.map((name) => [name, (roughness[name] ?? 1) * by] as const));
  const answers = Math.min(1, SILENCE / Math.max(SILENCE, silenceOf(roughness)));
  return { ...roughness, ...scaled(KILLS, DEADLIER), ...scaled(SILENT, answers) };
}
