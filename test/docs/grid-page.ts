/**
 * The worked examples of docs/grid.md, drawn from the engine: each block between two markers is
 * what the engine does, so that the page cannot promise anything else. `npm run docs` writes them.
 */
import { formatMoney } from '../../src/contract/decimal.ts';
import type { Market, MarketRules } from '../../src/contract/market.ts';
import { makeMarket, priceText, sizeText, ticksOf } from '../../src/contract/market.ts';
import type { Design, DesignInput } from '../../src/engine/index.ts';
import { design, figures, ladder, previewAdjust } from '../../src/engine/index.ts';
import { Tape } from '../engine/tape.ts';

const FREE: MarketRules = {
  symbol: 'EXAMPLE',
  base: 'X',
  quote: 'USD',
  tick: '0.5',
  lot: '0.001',
  min_quantity: '0.001',
  min_notional: '0',
  max_orders: 1000,
  maker_fee: '0',
  taker_fee: '0',
  max_leverage: '50',
  maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.005', amount: '0' }] },
};
const FOUR = { grid_lower_price: 100, grid_upper_price: 500, grid_num: 4, order_quantity: 1 };
const TEN = { grid_lower_price: 90, grid_upper_price: 110, grid_num: 10, order_quantity: 1 };
const LONG = { ...TEN, direction: 'long' as const };
const SHORT = { ...TEN, direction: 'short' as const };

/** The page with every block redrawn; throws for a marker that has no example, or the reverse. */
export function gridPage(page: string): string {
  const left = new Set(Object.keys(EXAMPLES));
  const written = page.replace(BLOCK, (_all, name: string) => {
    const example = EXAMPLES[name];
    if (example === undefined) throw new Error(`docs/grid.md: there is no example "${name}"`);
    left.delete(name);
    return `<!-- ${name} -->\n${example()}\n<!-- /${name} -->`;
  });
  if (left.size > 0) throw new Error(`docs/grid.md: no place for ${[...left].join(', ')}`);
  return written;
}

const BLOCK = /<!-- ([a-z-]+) -->\n[^]*?<!-- \/\1 -->/g;

const EXAMPLES: Readonly<Record<string, () => string>> = {
  'lines': () =>
    code([
      `arithmetic   8,000 .. 12,000, 4 grids:   ${linesOf({ range: [8000, 12000], grids: 4 })}`,
      `geometric   20,000 .. 30,000, 5 grids:   ${linesOf(GEOMETRIC)}`,
    ]),
  'neutral-start': () => code(new Example(FOUR, 450).drawn()),
  'neutral-on-line': () => code(new Example(FOUR, 300).drawn()),
  'first-touch': () =>
    code(
      beside(new Example(FOUR, 350).to(300).drawn(), new Example(FOUR, 250).to(300).drawn()),
    ),
  'long-start': () => code(new Example(LONG, 100).drawn()),
  'short-start': () => code(new Example(SHORT, 99).drawn()),
  'long-waiting': () => {
    const example = new Example({ ...LONG, open_position_at_start: false }, 100);
    const before = example.drawn();
    return code(beside(before, example.to(103).drawn()));
  },
  'long-in-part': () => {
    const input = { ...LONG, order_quantity: 10 };
    return code(new Example(input, 100, {}, (lots) => (lots / 50) * 25).drawn());
  },
  'part-filled': () => {
    const example = new Example({ ...FOUR, order_quantity: 10 }, 300).touch(200, 40);
    return code(beside(example.drawn(), example.to(250).to(150).drawn()));
  },
  'cycle': cycle,
  'long-figures': longFigures,
  'stop-with-close': () => {
    const example = new Example(LONG, 100).to(95);
    const before = ['95', ...example.row()];
    example.stopAndClose();
    return table(FIGURES, [before, ['95, after the stop', ...example.row()]]);
  },
  'venue-average': () => {
    const example = new Example(FOUR, 450).to(50).to(200);
    return table(FIGURES, [['450, then 50, then 200', ...example.row()]]);
  },
  'profit-per-grid': () => {
    const { profit } = plan(market({ maker_fee: '0.0005' }), {
      ...{ grid_lower_price: 20_000, grid_upper_price: 30_000, grid_num: 5, order_quantity: 1 },
    });
    return code([`${profit.min} % (top gap) .. ${profit.max} % (bottom gap)`]);
  },
  'sizing': sizing,
  'trailing': trailing,
  'adjust-step': () => adjusted([92, 112], 10, 1),
  'adjust-size': () => adjusted([90, 110], 10, 2),
  'adjust-range': () => adjusted([90, 100], 5, 1),
};

const FIGURES = ['price', 'position', 'grid profit', 'unpaired', 'total'];
const GEOMETRIC = { range: [20_000, 30_000] as const, grids: 5, type: 'geometric' as const };

/** A grid on a market of its own, and where the price takes it. */
class Example {
  readonly market: Market;
  readonly tape: Tape;

  constructor(
    input: DesignInput,
    price: number,
    rules: Partial<MarketRules> = {},
    part: (lots: number) => number = (lots) => lots,
  ) {
    this.market = market(rules);
    const made = plan(this.market, { price, ...input }).plan;
    this.tape = new Tape(this.market, made, ticks(this.market, price), 'touch', part);
  }

  to(price: number): this {
    return this.touch(price, 100);
  }

  /** Goes to `price`, where only `percent` of an order is executed. */
  touch(price: number, percent: number): this {
    const part = (lots: number): number => (lots * percent) / 100;
    this.tape.move(ticks(this.market, price), 'walk', (lots) => [lots], part);
    return this;
  }

  stopAndClose(): void {
    const on_stop = { orders: 'cancel', position: 'close' } as const;
    this.tape.feed({ type: 'stop', on_stop, reason: 'user' });
  }

  /** Position, grid profit, unpaired and total at the present price. */
  row(): string[] {
    const { position_lots: lots, ...sums } = figures(
      this.market,
      this.tape.state,
      this.tape.price,
    );
    const money = [sums.grid_profit, sums.unpaired, sums.total].map(formatMoney);
    return [sizeText(this.market, lots), ...money];
  }

  /** The ladder from the top down with the price in its place, then the position. */
  drawn(): string[] {
    const lines = ladder(this.market, this.tape.state);
    const width = Math.max(...lines.map((line) => priceText(this.market, line.ticks).length));
    const price = this.tape.price;
    const at = (text: number): string => priceText(this.market, text).padStart(width);
    const rows = lines.map((line) => {
      const { side, lots, filled, reason } = line;
      const rule = line.ticks === price ? '───●───' : '───────';
      const part = filled > 0 ? `, ${sizeText(this.market, filled)} of it filled` : '';
      const why = reason === null ? '' : ` (${reason})`;
      const order = side === null ? 'empty' : `${side} ${sizeText(this.market, lots)}${part}${why}`;
      return { ticks: line.ticks, text: `${at(line.ticks)} ${rule} ${order}` };
    });
    if (!rows.some((row) => row.ticks === price)) {
      rows.push({ ticks: price, text: `${' '.repeat(width)}    ●    price ${at(price).trim()}` });
    }
    const drawn = rows.sort((a, b) => b.ticks - a.ticks).map((row) => row.text);
    return [...drawn, `${' '.repeat(width)} position ${this.row()[0] ?? ''}`];
  }
}

function cycle(): string {
  const range = { grid_lower_price: 18_000, grid_upper_price: 22_000, grid_num: 1 };
  const example = new Example({ ...range, order_quantity: '0.152' }, 20_000, {
    maker_fee: '0.0006',
  });
  example.to(18_000).to(22_000);
  const { fees, grid_profit: profit } = figures(example.market, example.tape.state, 1);
  const gross = formatMoney(profit + fees);
  return code([
    `buy 0.152 at 18,000, sell 0.152 at 22,000`,
    `${gross} - fees ${formatMoney(fees)} = grid profit ${formatMoney(profit)}`,
  ]);
}

function longFigures(): string {
  const direct = new Example(LONG, 100).to(110);
  const path = new Example(LONG, 100);
  const rows = [['100, the start', ...path.row()]];
  rows.push(['90', ...path.to(90).row()]);
  rows.push(['85', ...path.to(85).row()]);
  rows.push(['110, from 100 directly', ...direct.row()]);
  return table(FIGURES, rows);
}

function sizing(): string {
  const grid = { grid_lower_price: 8000, grid_upper_price: 12_000, grid_num: 4 };
  const rows = (['neutral', 'long', 'short'] as const).map((direction) => {
    const input = { ...grid, direction, investment: 5000, leverage: 2, price: 10_000 };
    const on = market({ lot: '0.01', min_quantity: '0.01' });
    return [direction, sizeText(on, plan(on, input).plan.lots_per_grid)];
  });
  return table(['8,000 .. 12,000, 4 grids, at 10,000', 'quantity per grid'], rows);
}

function trailing(): string {
  const input = { ...TEN, out_of_range: 'trail' as const, trail_upper_price: 130 };
  const rows = [112, 113, 120, 135].map((price) => {
    const { market: on, tape } = new Example(input, 100).to(price);
    const { lines } = tape.state.plan;
    const [low = 0, high = 0] = [lines[0], lines[lines.length - 1]];
    return [String(price), `${priceText(on, low)} .. ${priceText(on, high)}`];
  });
  return table(['price', 'range'], rows);
}

// A long grid 90..110 of ten, started at 100, now at 95 with seven parcels, is moved.
function adjusted([lower, upper]: readonly [number, number], grids: number, size: number): string {
  const { market: on, tape } = new Example(LONG, 100).to(95);
  const range = { grid_lower_price: lower, grid_upper_price: upper, grid_num: grids };
  const wanted = plan(on, { ...LONG, ...range, order_quantity: size }).plan;
  const diff = previewAdjust(on, tape.state, wanted, 'carry');
  tape.feed({ type: 'adjust', plan: wanted, position: 'carry' });
  const after = ladder(on, tape.state);
  const empty = after.find((line) => line.side === null);
  return table(
    ['orders kept', 'cancelled', 'placed', 'parcels moved', 'carry', 'empty line'],
    [
      [
        ...[diff.kept, diff.cancelled, diff.placed].map((list) => String(list.length)),
        String(diff.parcels_moved),
        sizeText(on, diff.carry_lots),
        empty === undefined ? '-' : priceText(on, empty.ticks),
      ],
    ],
  );
}

function linesOf(wish: {
  range: readonly [number, number];
  grids: number;
  type?: 'geometric';
}): string {
  const on = market({ tick: '0.01' });
  const { lines } = plan(on, {
    grid_lower_price: wish.range[0],
    grid_upper_price: wish.range[1],
    grid_num: wish.grids,
    grid_type: wish.type ?? 'arithmetic',
    order_quantity: 1,
  }).plan;
  return lines.map((line) => priceText(on, line)).join('  ');
}

function market(rules: Partial<MarketRules>): Market {
  return makeMarket({ ...FREE, ...rules });
}

function plan(on: Market, input: DesignInput): Design {
  const result = design(on, input);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

function ticks(on: Market, price: number): number {
  const found = ticksOf(on, price);
  if (found === null) throw new Error(`${price} is on no tick`);
  return found;
}

function code(lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n');
}

function beside(left: readonly string[], right: readonly string[]): string[] {
  const width = Math.max(...left.map((line) => line.length)) + 6;
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, i) => {
    return `${(left[i] ?? '').padEnd(width)}${right[i] ?? ''}`.trimEnd();
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}
