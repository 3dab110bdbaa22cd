/**
 * The replayed path: a CSV of bars (`ts_ms,open,high,low,close,volume`), each walked as open, the
 * extreme nearer to the open, the other extreme, close. Within a bar the price moves
 * continuously; from a close to the next open it jumps. A file with a fault is refused whole,
 * every fault by line.
 */
import { readFileSync } from 'node:fs';
import { GriddError } from '../../contract/errors.ts';
import type { Problem } from '../../contract/errors.ts';
import { makeMarket, nearestTicks } from '../../contract/market.ts';
import type { Market, MarketRules } from '../../contract/market.ts';
import type { PricePoint, PriceSource } from './price-source.ts';

export interface ReplayOptions {
  /** Path of the CSV, absolute or relative to the working folder. */
  readonly file: string;
  readonly rules: MarketRules;
}

const COLUMNS = ['ts_ms', 'open', 'high', 'low', 'close', 'volume'] as const;
const PRICES = ['open', 'high', 'low', 'close'] as const;
type Column = (typeof COLUMNS)[number];
const POINTS_PER_BAR = 4;
const DEFAULT_BAR_MS = 60_000;
const MOST_PROBLEMS = 20;
const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** A validated file: `ticks` holds four prices per bar in the order in which they are walked. */
interface Bars {
  readonly openedAt: readonly number[];
  readonly ticks: readonly number[];
  /** Duration of a bar: the smallest distance between two. */
  readonly barMs: number;
}

/**
 * Opens a replay; prices are rounded to the nearest tick. Throws REPLAY_FILE with every fault.
 */
export function replaySource(options: ReplayOptions): PriceSource {
  const { openedAt, ticks, barMs } = readBars(options);

  function pointAt(index: number): PricePoint | null {
    const price = ticks[index];
    const bar = Math.floor(index / POINTS_PER_BAR);
    const opened = openedAt[bar];
    if (price === undefined || opened === undefined) return null;
    const part = index % POINTS_PER_BAR;
    const spread = Math.floor(((barMs - 1) * part) / (POINTS_PER_BAR - 1));
    const move = part === 0 ? 'jump' : 'continuous';
    return { index, state: 0, ticks: price, move, at_ms: opened + spread };
  }

  const first = pointAt(0);
  if (first === null) throw refused(options.file, [problem(1, 'the file has no bars')]);
  return {
    kind: 'replay',
    tick: options.rules.tick,
    dated: true,
    first: () => first,
    resume: (index) => pointAt(index),
    after: (point) => pointAt(point.index + 1),
  };
}

function readBars(options: ReplayOptions): Bars {
  const market = makeMarket(options.rules);
  const lines = readLines(options.file);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const text = `the header lacks ${missing.join(', ')}`;
    throw refused(options.file, [problem(1, text, lines[0], COLUMNS.join(','))]);
  }
  const place = (name: Column) => header.indexOf(name);
  const columns: readonly number[] = COLUMNS.map(place);
  const problems: Problem[] = [];
  const openedAt: number[] = [];
  const ticks: number[] = [];
  let barMs = Infinity;
  for (let index = 1; index < lines.length && problems.length < MOST_PROBLEMS; index += 1) {
    const line = lines[index] ?? '';
    if (line.trim() === '') continue;
    const cells = line.split(',');
    const texts = columns.map((column) => (cells[column] ?? '').trim());
    const before = openedAt.at(-1) ?? null;
    const bar = readBar(market, texts, before);
    if (typeof bar !== 'object') {
      problems.push(problem(index + 1, bar, line));
      continue;
    }
    if (before !== null) barMs = Math.min(barMs, bar.openedAt - before);
    openedAt.push(bar.openedAt);
    ticks.push(...bar.walk);
  }
  if (problems.length > 0) throw refused(options.file, problems);
  return { openedAt, ticks, barMs: Number.isFinite(barMs) ? barMs : DEFAULT_BAR_MS };
}

/** One row as ticks in walking order, or what is wrong with it. */
function readBar(
  market: Market,
  texts: readonly string[],
  before: number | null,
): { openedAt: number; walk: readonly number[] } | string {
  const bad = COLUMNS.find((_, column) => !NUMBER_TEXT.test(texts[column] ?? ''));
  if (bad !== undefined) return `${bad} is not a number`;
  const openedAt = Number(texts[0]);
  if (!Number.isSafeInteger(openedAt) || openedAt < 0) {
    return 'ts_ms is not a whole number of milliseconds';
  }
  if (before !== null && openedAt <= before) return 'ts_ms does not ascend';
  const [, open = NaN, high = NaN, low = NaN, close = NaN] = texts.map(Number);
  if (high < low) return 'high is below low';
  if (open < low || open > high) return 'open lies outside low and high';
  if (close < low || close > high) return 'close lies outside low and high';
  const prices = PRICES.map((_, column) => nearestTicks(market, texts[column + 1] ?? ''));
  const [openTicks = 0, highTicks = 0, lowTicks = 0, closeTicks = 0] = prices.map(Number);
  if (lowTicks < 1 || prices.includes(null)) {
    return `a price is below one tick (${market.rules.tick}) or out of range`;
  }
  return { openedAt, walk: walkOf(openTicks, highTicks, lowTicks, closeTicks) };
}

/** The nearer extreme first; at equal distance the one away from the close. */
function walkOf(open: number, high: number, low: number, close: number): readonly number[] {
  const up = high - open;
  const down = open - low;
  const lowFirst = down < up || (down === up && close >= open);
  return lowFirst ? [open, low, high, close] : [open, high, low, close];
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new GriddError('REPLAY_FILE', `The replay file ${file} cannot be read (${why}).`);
  }
}

function problem(line: number, message: string, found?: string, allowed?: string): Problem {
  const short = found !== undefined && found.length > 120 ? `${found.slice(0, 120)}...` : found;
  return { path: `line ${line}`, message, found: short, allowed };
}

function refused(file: string, problems: readonly Problem[]): GriddError {
  const [first] = problems;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more faults` : '';
  const text = `The replay file ${file} is faulty: ${first?.path}: ${first?.message}${more}.`;
  return new GriddError('REPLAY_FILE', text, { problems });
}
