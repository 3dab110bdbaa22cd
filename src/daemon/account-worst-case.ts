/**
 * What the grids of one account would do to it together, all at the worse edge of their ranges at
 * once. PURE. Sums of what each grid says of itself: two grids on one symbol are not netted, and
 * different symbols are taken to move together, so the account may lose less, never more.
 */
import type { WorstCase } from '../contract/console-api.ts';
import { formatFixed, formatMoney, parseMoney } from '../contract/decimal.ts';
import type { Money } from '../contract/decimal.ts';
import type { EdgeView } from '../contract/instance-views.ts';

const SIDES = ['buys_filled', 'sells_filled'] as const;

/**
 * The worst case of each side, the larger loss first; empty where no grid says anything. `equity`
 * of the account now; null: not known.
 */
export function worstCases(
  grids: readonly (readonly EdgeView[])[],
  equity: string | null,
): WorstCase[] {
  const cases = SIDES.flatMap((side) => {
    const edges = grids.flatMap((grid) => grid.filter((edge) => edge.side === side));
    if (edges.length === 0) return [];
    const sum = (of: (edge: EdgeView) => string) =>
      edges.reduce<Money>((total, edge) => total + moneyOf(of(edge)), 0n);
    const loss = sum((edge) => edge.loss);
    const now = equity === null ? null : parseMoney(equity);
    return [
      {
        loss,
        view: {
          side,
          notional: formatMoney(sum((edge) => edge.notional)),
          margin: formatMoney(sum((edge) => edge.margin)),
          loss: formatMoney(loss),
          equity_after: now === null ? null : formatMoney(now - loss),
          liquidation_percent: jointDistance(edges, now === null ? null : now - loss),
        },
      },
    ];
  });
  cases.sort((a, b) => (a.loss === b.loss ? 0 : a.loss > b.loss ? -1 : 1));
  return cases.map(({ view }) => view);
}

/** What a side of the grids loses, zero where nothing is known. */
export function lossOf(grids: readonly (readonly EdgeView[])[], side: EdgeView['side']): Money {
  return grids
    .flat()
    .filter((edge) => edge.side === side)
    .reduce<Money>((total, { loss }) => total + moneyOf(loss), 0n);
}

/** A grid that is to begin or to grow on an account, and what is there already. */
export interface LossQuestion {
  /** Least `max_account_loss` of the account's configs; null: none says any. */
  readonly limit: string | null;
  readonly others: readonly (readonly EdgeView[])[];
  /** Of the grid before, empty where it does not run, and after. */
  readonly before: readonly EdgeView[];
  readonly after: readonly EdgeView[];
}

/** The side on which the joint loss passes the limit, with figures. */
export interface LossExcess {
  readonly side: EdgeView['side'];
  readonly limit: string;
  readonly loss: string;
  /** Of the grid itself, and of the others. */
  readonly own: string;
  readonly others: string;
}

/** Null: the limit holds, there is none, or the grid loses no more than it did. */
export function lossExcess({ limit, others, before, after }: LossQuestion): LossExcess | null {
  const most = limit === null ? null : parseMoney(limit);
  if (limit === null || most === null) return null;
  const found = SIDES.flatMap((side) => {
    const own = lossOf([after], side);
    const rest = lossOf(others, side);
    const loss = own + rest;
    // A grid that shrinks may, however much is at stake already.
    if (loss <= most || own <= lossOf([before], side)) return [];
    return [{ side, loss, own, rest }];
  });
  const worst = found.reduce<(typeof found)[number] | null>(
    (best, one) => (best === null || one.loss > best.loss ? one : best),
    null,
  );
  if (worst === null) return null;
  const { side, loss, own, rest } = worst;
  return {
    ...{ side, limit: formatMoney(most), loss: formatMoney(loss) },
    ...{ own: formatMoney(own), others: formatMoney(rest) },
  };
}

/** The least of several limits; null: there is none. */
export function leastLimit(limits: readonly (string | null)[]): string | null {
  return limits.reduce<string | null>((least, limit) => {
    if (limit === null || least === null) return least ?? limit;
    return moneyOf(limit) < moneyOf(least) ? limit : least;
  }, null);
}

/** 100 % as money: what a percentage is divided by. */
const WHOLE = moneyOf('100');

/**
 * How much further, percent, all symbols together would have to move from these edges until
 * `equity`, what is left of the account there, no longer covers the maintenance margins of all
 * positions; each grid's own figure knows only its own position. Rounded down; null: never.
 */
function jointDistance(edges: readonly EdgeView[], equity: Money | null): string | null {
  const alone = nearest(edges);
  const held = edges.filter((edge) => moneyOf(edge.notional) > 0n);
  if (equity === null || held.length < 2) return alone;
  let [maintained, moved] = [0n, 0n];
  for (const edge of held) {
    const margin = maintenanceOf(edge);
    const short = edge.position.startsWith('-');
    maintained += margin;
    // The maintenance margin moves with the value of the position.
    moved += moneyOf(edge.notional) + (short ? margin : -margin);
  }
  if (moved <= 0n) return alone;
  const left = equity > maintained ? equity - maintained : 0n;
  const hundredths = (left * 10_000n) / moved;
  const joint = formatFixed(hundredths, 2);
  if (alone === null) return hundredths < 10_000n ? joint : null;
  return moneyOf(joint) < moneyOf(alone) ? joint : alone;
}

/** Maintenance margin at the edge, by which its own liquidation is where it says. */
function maintenanceOf({ notional, position, equity_after, liquidation_percent }: EdgeView): Money {
  if (liquidation_percent === null) return 0n;
  const distance = moneyOf(liquidation_percent);
  const then = moneyOf(equity_after) - (moneyOf(notional) * distance) / WHOLE;
  const value = position.startsWith('-') ? WHOLE + distance : WHOLE - distance;
  return then > 0n && value > 0n ? (then * WHOLE) / value : 0n;
}

function nearest(edges: readonly EdgeView[]): string | null {
  return edges.reduce<string | null>((best, { liquidation_percent: percent }) => {
    if (percent === null || best === null) return best ?? percent;
    return moneyOf(percent) < moneyOf(best) ? percent : best;
  }, null);
}

function moneyOf(text: string): Money {
  return parseMoney(text) ?? 0n;
}
