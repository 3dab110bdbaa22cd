/**
 * A second opinion on the grid, written from its rules alone and apart from the engine: one little
 * machine per gap, filled line by line, in plain decimals. It knows no events, orders or commands;
 * it is told where the price went and says what must have been traded and what it earned.
 */
import { parseDecimal, rescale } from '../../src/contract/decimal.ts';

type Side = 'buy' | 'sell';

/** A grid as a trader writes it; prices and sizes as decimal text. */
export interface OracleGrid {
  readonly type: 'arithmetic' | 'geometric';
  readonly direction: 'neutral' | 'long' | 'short';
  readonly lower: string;
  readonly upper: string;
  readonly grids: number;
  readonly quantity: string;
  readonly opens: boolean;
  readonly tick: string;
  readonly maker: string;
  readonly taker: string;
  /** When a resting order is filled: at its price, or only strictly beyond it. */
  readonly fills: 'touch' | 'through';
}

/** What one side of a gap has executed in its present cycle. */
interface Leg {
  size: bigint;
  value: bigint;
  fee: bigint;
}

interface Machine {
  readonly low: bigint;
  readonly high: bigint;
  waits: Side | 'either';
  /** False while its entry order waits for the price to be strictly beyond its line. */
  rests: boolean;
  bought: Leg;
  sold: Leg;
}

/** Prices, sizes and rates have nine decimals, so that price x size has eighteen. */
const DECIMALS = 9;
const ONE = 10n ** BigInt(DECIMALS);

/** A decimal text in units of 1e-9. */
export function units(text: string): bigint {
  const decimal = parseDecimal(text);
  const whole = decimal === null ? null : rescale(decimal, DECIMALS);
  if (whole === null) throw new Error(`${text} has more than ${DECIMALS} decimals`);
  return whole;
}

/** The N+1 lines in units, each rounded to the nearest tick, half up. */
export function oracleLines(grid: OracleGrid): bigint[] {
  const tick = units(grid.tick);
  const [lower, upper] = [units(grid.lower), units(grid.upper)];
  const grids = BigInt(grid.grids);
  return Array.from({ length: grid.grids + 1 }, (_, index) => {
    const i = BigInt(index);
    if (grid.type === 'geometric') return tick * geometric(lower / tick, upper / tick, grids, i);
    const exact = lower * grids + i * (upper - lower);
    return tick * ((2n * exact + grids * tick) / (2n * grids * tick));
  });
}

/** False for a grid with two lines on one tick or a gap that does not earn its two fees. */
export function isSound(grid: OracleGrid): boolean {
  const lines = oracleLines(grid);
  const fee = units(grid.maker);
  return lines.slice(1).every((high, i) => {
    const low = lines[i] ?? 0n;
    return high > low && high * (ONE - fee) - low * (ONE + fee) > 0n;
  });
}

// The largest t with t - 1/2 <= (a^(n-i) * b^i)^(1/n), by halving the interval.
function geometric(a: bigint, b: bigint, n: bigint, i: bigint): bigint {
  const power = 2n ** n * a ** (n - i) * b ** i;
  let low = a;
  let high = b + 1n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if ((2n * middle - 1n) ** n <= power) low = middle;
    else high = middle;
  }
  return low;
}

/** The machines of one grid and their books. Money in 1e-18, prices and sizes in 1e-9. */
export class Oracle {
  readonly lines: readonly bigint[];
  readonly trades: string[] = [];
  position = 0n;
  cash = 0n;
  fees = 0n;
  profit = 0n;
  cycles = 0;
  readonly #grid: OracleGrid;
  readonly #size: bigint;
  readonly #maker: bigint;
  readonly #machines: Machine[];
  #price: bigint;
  /** Real against virtual entries of what the start order traded. */
  #differences = 0n;

  /** Starts at `price`; of a start order of x only `part(x)` is executed. */
  constructor(grid: OracleGrid, price: bigint, part: (size: bigint) => bigint) {
    this.#grid = grid;
    this.#size = units(grid.quantity);
    this.#maker = units(grid.maker);
    this.#price = price;
    this.lines = oracleLines(grid);
    this.#machines = this.lines.slice(1).map((high, i) => {
      return { low: this.lines[i] ?? 0n, high, waits: 'buy', rests: true, ...empty() };
    });
    if (grid.direction === 'neutral') this.#startNeutral();
    else this.#startHolding(grid.direction === 'long' ? 'buy' : 'sell', part);
  }

  /** The price goes straight to `target`; of an order's rest there, `touched` is executed. */
  move(target: bigint, touched: (rest: bigint) => bigint): void {
    const side = target < this.#price ? 'buy' : 'sell';
    const beyond = (line: bigint): bigint => (side === 'buy' ? line - target : target - line);
    const hit = this.#machines.filter((machine) => {
      if (!wants(machine, side)) return false;
      const by = beyond(lineOf(machine, side));
      return target !== this.#price && (this.#grid.fills === 'touch' ? by >= 0n : by > 0n);
    });
    hit.sort((a, b) => (beyond(lineOf(a, side)) > beyond(lineOf(b, side)) ? -1 : 1));
    for (const machine of hit) {
      const rest = this.#size - leg(machine, side).size;
      const size = beyond(lineOf(machine, side)) === 0n ? touched(rest) : rest;
      if (size > 0n) this.#trade(machine, side, size);
    }
    this.#price = target;
    this.#placeEntries();
  }

  /** Everything that rests, from the lowest line up: `"buy 90 x 2"` in units, exits marked. */
  orders(): string[] {
    const { direction } = this.#grid;
    const exit = direction === 'neutral' ? null : direction === 'long' ? 'sell' : 'buy';
    const resting = this.#machines.flatMap((machine) => {
      const sides = (['buy', 'sell'] as const).filter((side) => wants(machine, side));
      return sides.map((side) => {
        const line = lineOf(machine, side);
        const order = text(side, line, this.#size - leg(machine, side).size);
        return { line, text: side === exit ? `${order} reduce-only` : order };
      });
    });
    return resting.sort((a, b) => (a.line < b.line ? -1 : 1)).map((order) => order.text);
  }

  /** Open parcels at their entries marked to `mark`, their fees, the start's differences. */
  unpaired(mark: bigint): bigint {
    return this.#machines.reduce((sum, { bought, sold }) => {
      const open = sold.value - bought.value + (bought.size - sold.size) * mark;
      return sum + open - bought.fee - sold.fee;
    }, this.#differences);
  }

  /** The change of equity. */
  total(mark: bigint): bigint {
    return this.cash + this.position * mark;
  }

  #startNeutral(): void {
    for (const machine of this.#machines) {
      if (machine.high <= this.#price) machine.waits = 'buy';
      else if (machine.low >= this.#price) machine.waits = 'sell';
      else machine.waits = 'either';
    }
  }

  // Gaps beyond the empty line hold from the start, bought or sold at the price; the others wait.
  #startHolding(entry: Side, part: (size: bigint) => bigint): void {
    const long = entry === 'buy';
    const holders = this.#machines.filter(({ low, high }) => {
      return long ? low >= this.#price : high <= this.#price;
    });
    if (!long) holders.reverse();
    for (const machine of this.#machines) machine.waits = entry;
    for (const machine of holders) machine.rests = false;
    const wanted = this.#size * BigInt(holders.length);
    let left = this.#grid.opens && wanted > 0n ? part(wanted) : 0n;
    if (left > 0n) this.#cashIn(entry, this.#price, left, units(this.#grid.taker));
    for (const machine of holders) {
      const size = left < this.#size ? left : this.#size;
      left -= size;
      if (size > 0n) this.#enterVirtually(machine, entry, size);
    }
    this.#placeEntries();
  }

  #enterVirtually(machine: Machine, side: Side, size: bigint): void {
    const sign = side === 'buy' ? 1n : -1n;
    const [real, virtual] = [this.#price * size, lineOf(machine, side) * size];
    const paid = fee(real, units(this.#grid.taker));
    const assumed = fee(virtual, this.#maker);
    this.#differences += sign * (virtual - real) + assumed - paid;
    this.#book(machine, side, { size, value: virtual, fee: assumed });
  }

  #trade(machine: Machine, side: Side, size: bigint): void {
    const price = lineOf(machine, side);
    this.#cashIn(side, price, size, this.#maker);
    this.#book(machine, side, { size, value: price * size, fee: fee(price * size, this.#maker) });
  }

  #cashIn(side: Side, price: bigint, size: bigint, rate: bigint): void {
    const paid = fee(price * size, rate);
    this.position += side === 'buy' ? size : -size;
    this.cash += (side === 'buy' ? -price * size : price * size) - paid;
    this.fees += paid;
    this.trades.push(text(side, price, size));
  }

  #book(machine: Machine, side: Side, part: Leg): void {
    const mine = leg(machine, side);
    mine.size += part.size;
    mine.value += part.value;
    mine.fee += part.fee;
    if (mine.size < this.#size) return;
    machine.waits = side === 'buy' ? 'sell' : 'buy';
    machine.rests = true;
    const { bought, sold } = machine;
    if (bought.size !== sold.size) return;
    this.profit += sold.value - bought.value - bought.fee - sold.fee;
    this.cycles += 1;
    Object.assign(machine, empty());
  }

  #placeEntries(): void {
    for (const machine of this.#machines) {
      if (machine.rests || machine.waits === 'either') continue;
      const line = lineOf(machine, machine.waits);
      machine.rests = machine.waits === 'buy' ? this.#price > line : this.#price < line;
    }
  }
}

function empty(): { bought: Leg; sold: Leg } {
  return { bought: { size: 0n, value: 0n, fee: 0n }, sold: { size: 0n, value: 0n, fee: 0n } };
}

function leg(machine: Machine, side: Side): Leg {
  return side === 'buy' ? machine.bought : machine.sold;
}

function lineOf(machine: Machine, side: Side): bigint {
  return side === 'buy' ? machine.low : machine.high;
}

function wants(machine: Machine, side: Side): boolean {
  return machine.rests && (machine.waits === side || machine.waits === 'either');
}

function text(side: Side, price: bigint, size: bigint): string {
  return `${side} ${price} x ${size}`;
}

function fee(value: bigint, rate: bigint): bigint {
  if ((value * rate) % ONE !== 0n) throw new Error('a fee finer than 1e-18 is no plain decimal');
  return (value * rate) / ONE;
}
